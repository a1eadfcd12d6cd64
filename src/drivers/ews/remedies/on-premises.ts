import type { Command } from '../../port/explanations/command.js';
import type { ServerKind } from '../../port/explanations/setup-guide.js';

/** Commands that only a server of one's own takes; Exchange Online looks after itself there. */
export const onPremises = (kind: ServerKind, commands: readonly Omit<Command, 'shell'>[]): Command[] =>
  kind === 'exchange-online' ? [] : commands.map((command) => ({ ...command, shell: 'exchange-management-shell' }));
