import { MailServerError } from '../../../drivers/port/mail-error.js';
import { attributeByChecks } from '../../failures/attribution.js';
import { consequenceOf } from '../../failures/classify.js';
import type { Failure } from '../../failures/failure.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import type { SendVerdict } from './send-trouble.js';

/** `unproven`: another message of the mailbox decides. */
export type TroubleScope = 'message' | 'mailbox' | 'unproven';

const drafts = { distinguished: 'drafts' } as const;

/**
 * What an error counts against that a message met. A folder that opens clears the mailbox of most errors: a scanner
 * in between refuses this one request, the server stumbles over this one message. It clears it neither of a request
 * for quiet or a refused service account, after which no further call is made, nor of a missing right to send.
 * @throws LeaseLost; an abort
 */
export async function troubleScope(run: MailboxRun, failure: Failure, verdict: SendVerdict): Promise<TroubleScope> {
  if (verdict === 'fail' || verdict === 'hold' || failure.scope === 'item') return 'message';
  const consequence = consequenceOf(failure);
  if (consequence === 'throttle-profile' || consequence === 'suspend-profile') return 'mailbox';
  if (failure.kind === 'send-as-denied') return 'unproven';
  const scope = await attributeByChecks('item', 'folder', () => opensDrafts(run));
  return scope === 'item' ? 'message' : 'mailbox';
}

async function opensDrafts(run: MailboxRun): Promise<boolean> {
  run.checkpoint();
  try {
    await run.session.openFolder(drafts, { signal: run.signal });
    return true;
  } catch (error) {
    if (error instanceof MailServerError) return false;
    throw error;
  }
}
