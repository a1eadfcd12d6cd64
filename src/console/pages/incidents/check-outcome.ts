import { mailboxes as mailboxesOf } from '../../parts/incidents/counted.js';
import type { Schema } from '../../api/schemas.js';

/** What of an incident tells how a check goes. */
export type Standing = Pick<
  Schema<'Incident'>,
  'open' | 'scope' | 'serverHost' | 'count' | 'stoppedMailboxes' | 'affectedMailboxes' | 'message'
>;

export interface CheckFacts {
  /** Right before the check. */
  readonly before: Standing;
  readonly now: Standing;
  /** How many mailboxes the API said are looked at. */
  readonly mailboxes: number;
  /** Since the check began, or since anything last changed. */
  readonly quietSeconds: number;
}

export interface CheckOutcome {
  readonly state: 'looking' | 'coming-back' | 'mended' | 'partly' | 'refused' | 'no-answer';
  readonly title: string;
  readonly text: string;
}

/** More may come: the page asks again soon. */
export const goesOn = ({ state }: CheckOutcome): boolean => state === 'looking' || state === 'coming-back';

/** Each mailbox that is back wakes others at once; after so long nobody else was woken. */
const settledSeconds = 30;
/** A look takes seconds; so long only when no worker is free, or the server lets the call hang. */
const answerSeconds = 90;

const itGoesOn = 'Postroom goes on looking by itself, so nothing has to be done after it is mended.';
const back = ({ affectedMailboxes, stoppedMailboxes }: Standing): number => affectedMailboxes - stoppedMailboxes;

/** What has come of "check now", in words. Pure: from what the API said before and says now. */
export function checkOutcome({ before, now, mailboxes, quietSeconds }: CheckFacts): CheckOutcome {
  if (!now.open)
    return {
      state: 'mended',
      title: 'It is mended',
      text: 'The incident is over. What waited is being fetched and sent.',
    };
  const returned = back(now) - back(before);
  if (returned > 0) return comingBack(returned, now, quietSeconds);
  const failures = now.count - before.count;
  const wanted = Math.max(1, mailboxes);
  if (failures >= wanted || (failures > 0 && quietSeconds >= settledSeconds)) return refused(now);
  if (quietSeconds >= answerSeconds)
    return {
      state: 'no-answer',
      title: 'Nothing has come back yet',
      text: 'It waits for a mailbox that is due, for a free worker or for the server. What comes of it shows on this page.',
    };
  const soFar = failures > 0 ? ` ${failures} of ${mailboxes} are refused as before.` : '';
  return { state: 'looking', title: 'Checking now', text: `${lookingAt(now, mailboxes)}${soFar}` };
}

function lookingAt({ scope, serverHost, affectedMailboxes }: Standing, mailboxes: number): string {
  if (mailboxes > 0) return `Postroom looks at ${mailboxesOf(mailboxes)} of it right now.`;
  if (scope === 'server')
    return `${serverHost ?? 'The server'} may be called at once again; the next mailbox that is due asks it.`;
  if (affectedMailboxes === 0) return 'Its profile may call at once again; the next mailbox that is due asks for all.';
  return 'Its mailboxes are being looked at already; the next answer tells.';
}

function comingBack(returned: number, { stoppedMailboxes: stopped }: Standing, quietSeconds: number): CheckOutcome {
  const sofar = `${mailboxesOf(returned)} ${returned === 1 ? 'is' : 'are'} back`;
  if (quietSeconds < settledSeconds)
    return {
      state: 'coming-back',
      title: 'It works again',
      text: `${sofar}, and each of them wakes others. ${mailboxesOf(stopped)} to go.`,
    };
  return {
    state: 'partly',
    title: 'Mended for some',
    text: `${sofar}; ${mailboxesOf(stopped)} still ${stopped === 1 ? 'is' : 'are'} refused. ${itGoesOn}`,
  };
}

const refused = ({ scope, message }: Standing): CheckOutcome => ({
  state: 'refused',
  title: 'Not mended yet',
  text:
    scope === 'server'
      ? `The server still does not answer (${message}). ${itGoesOn}`
      : `The server says the same as before: “${message}” ${itGoesOn}`,
});
