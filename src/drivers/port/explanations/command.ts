/** Where a command is typed. */
export const commandShells = [
  'exchange-management-shell',
  'exchange-online-powershell',
  'terminal',
  'postroom-api',
] as const;
/** One of them. */
export type CommandShell = (typeof commandShells)[number];

/** A command to paste as it is, the real names filled in. */
export interface Command {
  /** What it shows or does; one sentence. */
  readonly purpose: string;
  readonly shell: CommandShell;
  /** One or several lines. */
  readonly command: string;
}

/** How a group of commands is headed. */
export const shellHeadings: Readonly<Record<CommandShell, string>> = {
  'exchange-management-shell': 'In the Exchange Management Shell',
  'exchange-online-powershell': 'In Exchange Online PowerShell',
  terminal: 'In a terminal of the host that runs Postroom',
  'postroom-api': 'In a terminal, by the API of Postroom ($KEY is an API key)',
};
