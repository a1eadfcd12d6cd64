import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { ItemRef, OutgoingDraft } from '../../../drivers/port/mail-item.js';
import type { MailboxSession, MarkedItem } from '../../../drivers/port/mail-server.js';
import { classify } from '../../failures/classify.js';
import type { Failure } from '../../failures/failure.js';
import { prepareDraft, type DraftTrouble } from './draft-preparation.js';
import type { ExpectedAttachment } from './draft-attachments.js';
import { lookFor } from './message-look.js';
import { nextStep, provesUnsent, type Seen } from './next-step.js';
import { untouched, type OutgoingPosition } from './outgoing-state.js';
import { asOfMessage, hadNoEffect, verdictOn, type OutgoingCall, type SendVerdict } from './send-trouble.js';
import type { ServerKnowledge } from './server-knowledge.js';

/** What sending one message needs of the world. */
export interface SendPorts {
  readonly session: Pick<MailboxSession, 'saveDraft' | 'readDraft' | 'addAttachments' | 'sendDraft' | 'findByMarker'>;
  readonly signal: AbortSignal;
  readonly server: ServerKnowledge;
  /** What the draft must hold before it is submitted. */
  readonly attachments: readonly ExpectedAttachment[];
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
  | {
      readonly outcome: 'sent';
      readonly position: OutgoingPosition;
      /** What the last look showed, null when none was needed. */
      readonly seen: readonly MarkedItem[] | null;
      /** The draft could be read by its id before it was submitted, so that reading it again tells what became of it. */
      readonly wasReadable: boolean;
    }
  | {
      readonly outcome: 'unseen';
      readonly position: OutgoingPosition;
      readonly waitMs: number;
      /** What the server refused it with, in words that do not rule out that it left. */
      readonly failure: Failure | null;
    }
  /** It may have been delivered, and nothing can tell. */
  | { readonly outcome: 'undecided'; readonly position: OutgoingPosition; readonly failure: Failure | null }
  | { readonly outcome: 'withdrawn' }
  | {
      readonly outcome: 'trouble';
      /** As far as the server is known to have got. */
      readonly position: OutgoingPosition;
      readonly verdict: Exclude<SendVerdict, 'look'>;
      readonly failure: Failure;
      readonly error: unknown;
    };

/** A draft that somebody keeps changing or removing under our hands is left for a later run. */
const maxSubmissions = 3;
const maxSaves = 3;
const maxGone = 2;
const laterMs = 30_000;

/**
 * Takes one message from wherever it stands as far as it gets now.
 * @param id our own id of the message, the marker of its draft
 * @throws whatever is not a mail server's error: a lost lease, an abort, the database away
 */
export async function sendMessage(id: string, start: OutgoingPosition, ports: SendPorts): Promise<SendResult> {
  const { session, signal, server } = ports;
  let position = start;
  let seen: Seen | null = null;
  let submissions = 0;
  let saves = 0;
  let gone = 0;
  let wasReadable = false;
  /** A refusal that stands unless the message turns out to have gone out after all. */
  let refusal: { readonly failure: Failure; readonly error: unknown } | null = null;

  for (;;) {
    if (refusal && seen && provesUnsent(position, seen, server.traits)) {
      position = { ...position, step: 'saved', unseenLooks: 0, doubtful: 0 };
      return { outcome: 'trouble', position, verdict: 'fail', ...refusal };
    }
    const next = nextStep(position, seen, server.traits);
    let call: OutgoingCall = 'look';
    try {
      switch (next.do) {
        case 'conclude':
          return {
            outcome: 'sent',
            position: { ...position, step: 'submitted', doubtful: 0 },
            seen: seen?.items ?? null,
            wasReadable,
          };
        case 'wait':
          return unseen(position, next.ms, refusal?.failure ?? null);
        case 'give-up':
          return { outcome: 'undecided', position, failure: refusal?.failure ?? null };
        case 'look':
          seen = await lookFor(id, position, server.traits, session, signal);
          break;
        case 'save': {
          if (saves === maxSaves) return unseen(position, laterMs, null);
          saves += 1;
          position = { ...untouched, step: 'saving', doubtful: position.doubtful };
          if (!(await ports.note(position))) return { outcome: 'withdrawn' };
          call = 'save';
          const saved: ItemRef = await session.saveDraft(await ports.draft(), { signal });
          position = { ...position, step: 'saved', itemId: saved.id, changeKey: saved.changeKey };
          if (!(await ports.note(position))) return { outcome: 'withdrawn' };
          seen = null;
          break;
        }
        case 'submit': {
          const prepared = await prepareDraft(id, next.draft, ports);
          if (prepared.state === 'gone') {
            if (gone === maxGone) return unseen(position, laterMs, null);
            gone += 1;
            // Where the draft went decides, and whether one of its twins is left.
            seen = await lookFor(id, position, server.traits, session, signal);
            if (position.doubtful === 0) position = { ...position, step: 'saving', itemId: null, changeKey: null };
            break;
          }
          if (prepared.state === 'incomplete') return incomplete(position, next.draft, prepared.trouble);
          wasReadable = prepared.wasRead;
          submissions += 1;
          seen = null;
          const { id: itemId, changeKey } = prepared.ref;
          position = { step: 'submitting', itemId, changeKey, unseenLooks: 0, doubtful: position.doubtful + 1 };
          if (!(await ports.note(position))) return { outcome: 'withdrawn' };
          call = 'submit';
          await session.sendDraft(prepared.ref, { signal });
          position = { ...position, step: 'submitted' };
          break;
        }
      }
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      const failure = asOfMessage(classify(error), ports.sendsAsOther ?? false);
      const verdict = verdictOn(failure, call);
      position = afterError(position, call, hadNoEffect(failure, server.traits));
      if (verdict === 'look') {
        if (submissions < maxSubmissions) continue;
        return { outcome: 'trouble', position, verdict: 'delay', failure, error };
      }
      if (verdict === 'fail' && call === 'submit' && position.doubtful > 0) {
        // The server complains, but not in words that rule out that the message left: see where it is.
        refusal = { failure, error };
        continue;
      }
      return { outcome: 'trouble', position: settled(position), verdict, failure, error };
    }
  }
}

const unseen = (position: OutgoingPosition, waitMs: number, failure: Failure | null): SendResult => ({
  outcome: 'unseen',
  position: { ...position, unseenLooks: position.unseenLooks + 1 },
  waitMs,
  failure,
});

/** The message is not submitted without one of its attachments. */
function incomplete(position: OutgoingPosition, draft: ItemRef, { failure, error }: DraftTrouble): SendResult {
  // A draft that was found by a look has not been written down yet.
  const held = position.doubtful > 0 ? position : { ...position, step: 'saved' as const, itemId: draft.id };
  return { outcome: 'trouble', position: held, verdict: 'fail', failure, error };
}

/** A submission that surely had no effect is not in doubt. */
function afterError(position: OutgoingPosition, call: OutgoingCall, noEffect: boolean): OutgoingPosition {
  if (!noEffect || call === 'look') return position;
  if (call === 'save') return { ...untouched, doubtful: position.doubtful };
  return { ...position, doubtful: position.doubtful - 1 };
}

/** Without a submission in doubt the draft surely was not submitted. */
function settled(position: OutgoingPosition): OutgoingPosition {
  if (position.step !== 'submitting' || position.doubtful > 0) return position;
  return position.itemId === null ? untouched : { ...position, step: 'saved', unseenLooks: 0 };
}
