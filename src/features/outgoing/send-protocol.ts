import { MailServerError } from '../../mail/mail-error.js';
import type { ItemRef, OutgoingDraft } from '../../mail/mail-item.js';
import type { MailboxSession, MarkedItem } from '../../mail/mail-server.js';
import { classify } from '../failures/classify.js';
import type { Failure } from '../failures/failure.js';
import { nextStep } from './next-step.js';
import { untouched, type OutgoingPosition } from './outgoing-state.js';
import { asOfMessage, verdictOn, type OutgoingCall, type SendVerdict } from './send-trouble.js';

/** What sending one message needs of the world. */
export interface SendPorts {
  readonly session: Pick<MailboxSession, 'saveDraft' | 'sendDraft' | 'findByMarker'>;
  readonly signal: AbortSignal;
  /**
   * Writes the position down before the call that it announces, while the lease holds. What it throws
   * ends the try with everything as it was written before.
   * @returns false when the message is no longer to be sent
   */
  note(position: OutgoingPosition): Promise<boolean>;
  /** The whole message; read only when it is about to be saved, and not kept. */
  draft(): Promise<OutgoingDraft>;
  /** The message goes out in another mailbox's name. */
  readonly sendsAsOther?: boolean;
}

export type SendResult =
  /** `seen`: what the last look showed, null when none was needed. */
  | { readonly outcome: 'sent'; readonly position: OutgoingPosition; readonly seen: readonly MarkedItem[] | null }
  | { readonly outcome: 'unseen'; readonly position: OutgoingPosition; readonly waitMs: number }
  | { readonly outcome: 'withdrawn' }
  | {
      readonly outcome: 'trouble';
      /** As far as the server is known to have got. */
      readonly position: OutgoingPosition;
      readonly verdict: Exclude<SendVerdict, 'look'>;
      readonly failure: Failure;
      readonly error: unknown;
    };

/** A draft that somebody keeps changing under our hands is left for a later run. */
const mostSubmissions = 3;

/**
 * Takes one message from wherever it stands as far as it gets now.
 * @param id our own id of the message, the marker of its draft
 * @throws whatever is not a mail server's error: a lost lease, an abort, the database away
 */
export async function sendMessage(id: string, start: OutgoingPosition, ports: SendPorts): Promise<SendResult> {
  const { session, signal } = ports;
  let position = start;
  let seen: readonly MarkedItem[] | null = null;
  let submissions = 0;
  /** A refusal that stands unless the message turns out to have gone out after all. */
  let refusal: { readonly failure: Failure; readonly error: unknown } | null = null;

  for (;;) {
    const next = nextStep(position, seen);
    if (refusal && (next.do === 'submit' || next.do === 'save')) {
      return { outcome: 'trouble', position: settled(position), verdict: 'fail', ...refusal };
    }
    try {
      switch (next.do) {
        case 'conclude':
          return { outcome: 'sent', position: { ...position, step: 'submitted' }, seen };
        case 'wait':
          return {
            outcome: 'unseen',
            position: { ...position, unseenLooks: position.unseenLooks + 1 },
            waitMs: next.ms,
          };
        case 'look':
          seen = await session.findByMarker(id, { signal });
          break;
        case 'save': {
          position = { ...untouched, step: 'saving' };
          if (!(await ports.note(position))) return { outcome: 'withdrawn' };
          const saved: ItemRef = await session.saveDraft(await ports.draft(), { signal });
          position = { ...untouched, step: 'saved', itemId: saved.id, changeKey: saved.changeKey };
          if (!(await ports.note(position))) return { outcome: 'withdrawn' };
          seen = null;
          break;
        }
        case 'submit':
          submissions += 1;
          seen = null;
          position = { step: 'submitting', itemId: next.draft.id, changeKey: next.draft.changeKey, unseenLooks: 0 };
          if (!(await ports.note(position))) return { outcome: 'withdrawn' };
          await session.sendDraft(next.draft, { signal });
          position = { ...position, step: 'submitted' };
          break;
      }
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      const failure = asOfMessage(classify(error), ports.sendsAsOther ?? false);
      const call: OutgoingCall = next.do === 'save' || next.do === 'submit' ? next.do : 'look';
      const verdict = verdictOn(failure, call);
      if (verdict === 'look' && submissions < mostSubmissions) continue;
      if (verdict === 'fail' && call === 'submit' && failure.effectPossible) {
        // The server complains, but not in words that rule out that the message left: see where it is.
        refusal = { failure, error };
        continue;
      }
      if (verdict !== 'look' && !failure.effectPossible) position = withoutEffect(position, call);
      return { outcome: 'trouble', position, verdict: verdict === 'look' ? 'delay' : verdict, failure, error };
    }
  }
}

/** The position when the call that failed surely did nothing. */
function withoutEffect(position: OutgoingPosition, call: OutgoingCall): OutgoingPosition {
  if (call === 'save') return untouched;
  return call === 'submit' ? { ...position, step: 'saved' } : position;
}

/** After a look that found no sign of the message having left. */
function settled(position: OutgoingPosition): OutgoingPosition {
  return position.itemId === null ? untouched : { ...position, step: 'saved', unseenLooks: 0 };
}
