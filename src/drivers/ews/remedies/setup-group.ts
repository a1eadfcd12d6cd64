import type { Command } from '../../port/explanations/command.js';
import { addedMembers, askForAddresses, madeGroup, scopeOfGroup } from './impersonation-rights.js';
import type { SetupStep } from '../../port/explanations/setup-guide.js';

/**
 * The mailboxes that Postroom may act as: a group, and a management scope of it. The same in each kind of Exchange.
 * @param shell names the shell that the commands are for
 */
export const scopedGroup = (shell: (...commands: readonly Omit<Command, 'shell'>[]) => Command[]): SetupStep[] => [
  {
    title: 'Put the mailboxes into a group',
    text: 'Postroom can act as the direct members of this group and as nobody else. Another mailbox is added later by making it a member; members of groups within the group do not count.',
    commands: shell(
      { purpose: 'Make the group.', command: madeGroup },
      { purpose: 'Bring the mailboxes in; it asks for their addresses.', command: addedMembers(askForAddresses) },
    ),
  },
  {
    title: 'Make a management scope of the group',
    text: 'It limits the role of the next step to the mailboxes of the group.',
    commands: shell({ purpose: 'Make the scope.', command: scopeOfGroup }),
  },
];
