import type { ServerKind } from './server-kind.js';

/** Where a command is typed. */
export const commandShells = [
  'exchange-management-shell',
  'exchange-online-powershell',
  'terminal',
  'postroom-api',
] as const;
type CommandShell = (typeof commandShells)[number];

/** A command to paste as it is, the real names filled in. */
export interface Command {
  /** What it shows or does; one sentence. */
  readonly purpose: string;
  readonly shell: CommandShell;
  /** One or several lines. */
  readonly command: string;
}

/** Commands that only a server of one's own takes; Exchange Online looks after itself there. */
export const onPremises = (kind: ServerKind, commands: readonly Omit<Command, 'shell'>[]): Command[] =>
  kind === 'exchange-online' ? [] : commands.map((command) => ({ ...command, shell: 'exchange-management-shell' }));

/** How a group of commands is headed. */
export const shellHeadings: Readonly<Record<CommandShell, string>> = {
  'exchange-management-shell': 'In the Exchange Management Shell',
  'exchange-online-powershell': 'In Exchange Online PowerShell',
  terminal: 'In a terminal of the host that runs Postroom',
  'postroom-api': 'In a terminal, by the API of Postroom ($KEY is an API key)',
};
