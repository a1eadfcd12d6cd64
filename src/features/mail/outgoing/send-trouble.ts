import type { MailErrorKind } from '../../../drivers/port/mail-error-class.js';
import { consequenceOf } from '../../failures/classify.js';
import type { Failure } from '../../failures/failure.js';
import type { SendingTraits } from './sending-traits.js';

/** The calls of the protocol. */
export type OutgoingCall = 'look' | 'save' | 'submit';

/** What an error of a call means for the message at hand. */
export type SendVerdict =
  /** What we know of the draft is out of date; where it is now decides. */
  | 'look'
  /** This message will never go out as it is. */
  | 'fail'
  /** Waiting mends it; the message may be to blame. */
  | 'delay'
  /** The mailbox or its profile stops; the message waits and is not to blame. */
  | 'park'
  /** The server lets the mailbox send no more for now; it goes on receiving. */
  | 'hold';

/**
 * A failure as it concerns one message. That the right to send as somebody else is missing says nothing
 * of the mailbox's other mail.
 * @param sendsAsOther whether the message goes out in another mailbox's name
 */
export function asOfMessage(failure: Failure, sendsAsOther: boolean): Failure {
  if (!sendsAsOther || failure.kind !== 'send-as-denied') return failure;
  return { ...failure, category: 'item-permanent', scope: 'item', retry: 'never' };
}

/** The draft changed or went (sent, moved or deleted by a person, say) since we read its change key. */
const outdated: ReadonlySet<MailErrorKind> = new Set(['item-gone', 'item-changed']);

/**
 * Whether the call that failed surely did nothing. A draft that is gone was not submitted by the call that did not
 * find it, but only where submitting takes a draft away: elsewhere it is not known what its id stands for.
 */
export function hadNoEffect(failure: Failure, traits: SendingTraits): boolean {
  return !failure.effectPossible || (failure.kind === 'item-gone' && traits.movesDrafts === true);
}

export function verdictOn(failure: Failure, call: OutgoingCall): SendVerdict {
  if (failure.kind === 'sending-quota') return 'hold';
  if (consequenceOf(failure) !== 'retry-later') return 'park';
  // Searching fails for reasons of its own, which say nothing about the message.
  if (call === 'look') return 'delay';
  if (call === 'submit' && (failure.retry === 'immediately' || outdated.has(failure.kind))) return 'look';
  return isPermanent(failure) ? 'fail' : 'delay';
}

function isPermanent({ retry, scope, category }: Failure): boolean {
  // A request that the server calls malformed is made of this message's own content.
  return retry === 'never' && (scope === 'item' || category === 'client-bug');
}

/** Tries of a message that failed and that count against it, after which it is given up. */
export const maxAttempts = 30;

/** Failures that are not the message's own make it wait longer, but count no further than this. */
const blamelessAttempts = 10;

/**
 * Counts one more failed try.
 * @param blamed whether the message itself is the likely cause; an outage of a day gives up no mail
 */
export function countAttempt(attempts: number, blamed: boolean): number {
  return blamed ? attempts + 1 : Math.max(attempts, Math.min(attempts + 1, blamelessAttempts));
}
