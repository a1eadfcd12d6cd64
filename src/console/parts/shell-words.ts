import type { Schema } from '../api/schemas.js';

type Shell = Schema<'SetupGuide'>['steps'][number]['commands'][number]['shell'];

/** Where a command is typed, as it stands beside its purpose. */
export const shellWords: Record<Shell, string> = {
  'exchange-management-shell': 'Exchange Management Shell',
  'exchange-online-powershell': 'Exchange Online PowerShell',
  terminal: 'terminal of the host that runs Postroom',
  'postroom-api': 'terminal, by the API of Postroom',
};
