import type { Submission } from '../mail-flow/mail-flow.js';
import { ItemError } from '../soap/faults.js';
import type { Mailbox } from '../store/mailbox.js';
import type { MessageContent, Person } from '../store/message-content.js';
import type { Call } from './call.js';
import { mayOpen } from './targets.js';

/**
 * Whose mail it is: the mailbox the caller acts as, or, for a delegate, the one named in From or in the folder id.
 * @param named the mailbox that the folder or the draft lies in, if any.
 */
export function senderOf(call: Call, content: MessageContent, named: Mailbox | undefined): Submission {
  const from = content.from && call.organisation.byAnyAddress(content.from.address);
  const owner = from ?? named ?? call.mailbox;
  if (!owner) throw new ItemError('ErrorMissingEmailAddress');
  if (owner === call.mailbox) return { owner, content };
  // Send As leaves no trace of who sent it, unlike a delegate's Send on Behalf.
  if (call.mailbox && owner.record.sendAs?.includes(call.mailbox.address)) return { owner, content };
  if (!mayOpen(call, owner)) throw new ItemError('ErrorSendAsDenied');
  return { owner, delegate: delegateOf(call), content };
}

function delegateOf(call: Call): Person {
  if (call.mailbox) return { name: call.mailbox.record.displayName, address: call.mailbox.address };
  const { name } = call.caller;
  return { name, address: name.includes('@') ? name : `${name}@${call.organisation.domain}` };
}
