import { explain } from '../../failures/explanations.js';
import type { FailureCategory } from '../../../drivers/port/failure-class.js';
import type { RunEnd, StateChange } from '../history/history-entry.js';
import { nameOfKind } from './kind-words.js';
import type { EntryRow } from './timeline-entry.js';

type Details = EntryRow['details'];

const text = (details: Details, field: string): string | null => {
  const value = details[field];
  return typeof value === 'string' ? value : null;
};
const number = (details: Details, field: string): number => {
  const value = details[field];
  return typeof value === 'number' ? value : 0;
};

const noNames = { username: '', ewsUrl: '', mailbox: '', values: {} };

/** One line for a failure's code; the code itself where nothing is known of it. */
function titleOfFailure(details: Details): string {
  const code = text(details, 'code') ?? text(details, 'outcome') ?? '';
  const category = text(details, 'category');
  if (category === null) return code;
  return explain({ code, category: category as FailureCategory }, noNames).title;
}

/** Plain words for an entry, in one line. No content of mail is in it. */
export function titleOf({ type, details }: Pick<EntryRow, 'type' | 'details'>): string {
  switch (type) {
    case 'state':
      return details['why'] === 'created' ? 'The mailbox was created' : stateTitle(details);
    case 'run':
      return runTitle(details);
    case 'polls':
      return number(details, 'count') === 1
        ? 'Looked once: nothing new'
        : `Looked ${number(details, 'count')} times: nothing new`;
    case 'incident':
      return incidentTitle(details);
    case 'notification':
      return notificationTitle(details);
    case 'backfill':
      return backfillTitle(details);
    case 'audit':
      return auditTitle(details);
    case 'item-failure':
      return `${details['incomplete'] === true ? 'A part of a message' : 'An item'} could not be read (${text(details, 'code')}), ${details['setAside'] === true ? `and was set aside after ${times(number(details, 'attempts'))}` : `tried ${times(number(details, 'attempts'))} so far`}`;
  }
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

function stateTitle(details: Details): string {
  const { why, from, to, incoming, outgoing } = details as unknown as StateChange['details'];
  const by = text(details, 'by');
  const person = by === null ? '' : ` by ${by}`;
  switch (why) {
    case 'paused':
      return `Paused${person}`;
    case 'resumed':
      return `Resumed${person}`;
    case 'directions-changed':
      return `Receiving is ${incoming ? 'on' : 'off'} and sending is ${outgoing ? 'on' : 'off'}: changed${person}${from === to ? '' : '; what had failed is no longer wanted'}`;
    case 'tested':
      if (from === to)
        return `Receiving is ${incoming ? 'on' : 'off'} and sending is ${outgoing ? 'on' : 'off'}: a test enabled it`;
      return from === 'paused' ? 'Resumed: a test that was to enable it got through' : 'Well again: a test got through';
    case 'approval-withdrawn':
      return `Paused${person}: it is not approved any more`;
    case 'denied':
      return to === 'verifying'
        ? `Refused once, and looked at again before it counts: ${titleOfFailure(details)}`
        : `Stopped: ${titleOfFailure(details)}`;
    case 'second-look':
      return to === 'active'
        ? 'Well again: the second look got through'
        : `Stopped, refused twice: ${titleOfFailure(details)}`;
    case 'confirmed':
      return `Stopped: ${titleOfFailure(details)}; it had lasted, or most of the profile met it`;
    case 'probe':
      return 'Well again: a probe got through';
  }
}

const deeds: readonly (readonly [deed: string, one: string, many: string])[] = [
  ['stored', 'message received', 'messages received'],
  ['changed', 'message changed', 'messages changed'],
  ['sent', 'message sent', 'messages sent'],
  ['failed', 'message failed for good', 'messages failed for good'],
  ['waiting', 'message to be tried again', 'messages to be tried again'],
  ['held', 'message held by the server’s quota', 'messages held by the server’s quota'],
  ['withdrawn', 'message withdrawn', 'messages withdrawn'],
  ['moved', 'message moved or gone', 'messages moved or gone'],
  ['seen', 'read flag changed', 'read flags changed'],
  ['filtered', 'item kept out by the filter', 'items kept out by the filter'],
  ['unreadable', 'item could not be read', 'items could not be read'],
  ['folder-failed', 'folder could not be read', 'folders could not be read'],
  ['unlisted', 'change that named no item, looked for by date', 'changes that named no item, looked for by date'],
];

function runTitle(details: Details): string {
  const { kind, outcome, attempt, counts } = details as unknown as RunEnd['details'];
  const done = deeds
    .flatMap(([deed, one, many]) => {
      const count = counts[deed] ?? 0;
      return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
    })
    .join(', ');
  if (outcome === 'ok') return done.charAt(0).toUpperCase() + done.slice(1);
  const nth = attempt > 1 ? `, ${attempt} times in a row` : '';
  return `${nameOfKind(kind)} failed${nth}: ${titleOfFailure(details)}${done === '' ? '' : `; before that ${done}`}`;
}

function incidentTitle(details: Details): string {
  const what = text(details, 'what');
  const host = text(details, 'serverHost');
  const title = titleOfFailure(details);
  if (host !== null)
    return what === 'began'
      ? `The server ${host} does not answer: all profiles on it wait`
      : `The server ${host} answers again`;
  if (what === 'began') return `The profile is suspended: ${title}`;
  if (what === 'ended') return `The profile goes on: what suspended it is over (${title})`;
  const isNotice = details['scope'] === 'notice';
  if (what === 'joined') return `${isNotice ? 'Named in a notice' : 'Joined the incident'}: ${title}`;
  return `${isNotice ? 'The notice is over for it' : 'Left the incident'}: ${title}`;
}

const notificationKinds: Readonly<Record<string, string>> = {
  opened: 'that an incident began',
  digest: 'that an incident lasts',
  escalated: 'that nobody has acknowledged an incident',
  recovered: 'that an incident is over',
};
const notificationStates: Readonly<Record<string, string>> = {
  sent: 'was told',
  pending: 'is to be told',
  kept: 'could not be told, for there is no SMTP server,',
  failed: 'could not be told',
  withdrawn: 'was not told any more',
};

function notificationTitle(details: Details): string {
  const kind = text(details, 'kind') ?? '';
  const state = text(details, 'state') ?? '';
  const about = notificationKinds[kind] ?? `about an incident (${kind})`;
  const who = kind === 'escalated' ? 'The escalation contact' : 'The owner';
  return `${who} ${notificationStates[state] ?? 'was told'} ${about}: ${titleOfFailure(details)}`;
}

function backfillTitle(details: Details): string {
  const counts = `${number(details, 'stored')} stored, ${number(details, 'known')} known already, ${number(details, 'failed')} not readable`;
  switch (text(details, 'state')) {
    case 'requested':
      return 'Older mail was asked for';
    case 'completed':
      return `The older mail is here: ${counts}`;
    case 'cancelled':
      return `Bringing older mail was cancelled: ${counts}`;
    default:
      return `Bringing older mail failed: ${counts}`;
  }
}

function auditTitle(details: Details): string {
  const differences = number(details, 'missing') + number(details, 'surplus') + number(details, 'misplaced');
  const folder = text(details, 'folder') ?? '';
  if (differences === 0) return `Compared ${folder} with the server: nothing differs`;
  return `Compared ${folder} with the server: ${differences} ${differences === 1 ? 'difference' : 'differences'} put right`;
}
