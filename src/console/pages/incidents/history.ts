import type { Schema } from '../../api/schemas.js';
import { mailboxes } from '../../parts/incidents/counted.js';

type Incident = Schema<'Incident'>;
type Act = Incident['acts'][number];
type Told = Incident['notifications'][number];

/** One line of what happened. */
export interface HistoryEntry {
  readonly key: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly kind: 'opened' | 'grew' | 'back' | 'told' | 'not-told' | 'act' | 'comment' | 'closed';
  readonly title: string;
  /** What somebody wrote, or the text of a mail. */
  readonly text: string | null;
  /** A time that the title announces. */
  readonly until?: string;
}

/** Mailboxes that stop or come back within so long of each other are one line. */
const apartMs = 5 * 60_000;

/** What happened to an incident, newest first. */
export function historyOf(incident: Incident): HistoryEntry[] {
  const entries = [
    ...joined(incident),
    ...returned(incident),
    ...incident.notifications.map(told),
    ...incident.acts.map(done),
    ...(incident.closedAt === null ? [] : [end(incident.closedAt)]),
  ];
  return entries.sort((a, b) => b.at.localeCompare(a.at) || order(b) - order(a));
}

/** Of what happened at the same moment, its beginning is first and its end last. */
const order = ({ kind }: HistoryEntry): number => (kind === 'opened' ? 0 : kind === 'closed' ? 2 : 1);

const end = (at: string): HistoryEntry => ({ key: 'closed', at, kind: 'closed', title: 'It was over', text: null });

function joined({ firstAt, mailboxes: members, affectedMailboxes }: Incident): HistoryEntry[] {
  const [first, ...later] = crowds(members.map(({ stoppedAt }) => stoppedAt));
  const isFirst = first !== undefined && Date.parse(first.at) - Date.parse(firstAt) <= apartMs;
  const grown = isFirst ? later : first === undefined ? [] : [first, ...later];
  // Of the first 200 is known when they joined; where there are more, numbers are lower bounds.
  const atLeast = members.length < affectedMailboxes ? 'at least ' : '';
  const stopped = isFirst ? `, with ${atLeast}${mailboxes(first.count)}` : '';
  return [
    { key: 'opened', at: firstAt, kind: 'opened', title: `It began${stopped}`, text: null },
    ...grown.map(({ at, count }): HistoryEntry => {
      const title = `It grew by ${atLeast}${mailboxes(count)}`;
      return { key: `grew ${at}`, at, kind: 'grew', title, text: null };
    }),
  ];
}

function returned({ mailboxes: members, affectedMailboxes }: Incident): HistoryEntry[] {
  const atLeast = members.length < affectedMailboxes ? 'At least ' : '';
  const times = members.map(({ recoveredAt }) => recoveredAt).filter((time) => time !== null);
  return crowds(times).map(({ at, count }) => {
    const title = `${atLeast}${mailboxes(count)} ${count === 1 ? 'was' : 'were'} well again`;
    return { key: `back ${at}`, at, kind: 'back', title, text: null };
  });
}

/** Counts moments that lie close together, each crowd at its first one; oldest first. */
function crowds(times: readonly string[]): { at: string; count: number }[] {
  const found: { at: string; last: number; count: number }[] = [];
  for (const at of [...times].sort()) {
    const crowd = found.at(-1);
    const ms = Date.parse(at);
    if (crowd && ms - crowd.last <= apartMs) Object.assign(crowd, { last: ms, count: crowd.count + 1 });
    else found.push({ at, last: ms, count: 1 });
  }
  return found;
}

const toldOf: Readonly<Record<Told['kind'], string>> = {
  opened: 'that it began',
  digest: 'that it lasts',
  escalated: 'that nobody has taken it up',
  recovered: 'that it is over',
};

function told(mail: Told): HistoryEntry {
  const who = `${mail.recipient.name} (${mail.recipient.email})`;
  const what = toldOf[mail.kind];
  const at = mail.sentAt ?? mail.createdAt;
  const entry = { key: mail.id, at, text: mail.text, kind: 'not-told' as const };
  switch (mail.state) {
    case 'sent':
      return { ...entry, kind: 'told', title: `${who} was told ${what}` };
    case 'pending':
      return { ...entry, title: `${who} is being told ${what}${mail.lastError ? `; so far: ${mail.lastError}` : ''}` };
    case 'kept':
      return { ...entry, title: `${who} was not told ${what}: no mail server is set up for notifications` };
    case 'failed':
      return { ...entry, title: `${who} could not be told ${what}${mail.lastError ? `: ${mail.lastError}` : ''}` };
    case 'withdrawn':
      return { ...entry, title: `${who} did not have to be told ${what} any more` };
  }
}

function done({ id, act, by, at, data }: Act): HistoryEntry {
  const entry = { key: id, at, kind: 'act' as const, text: null };
  switch (act) {
    case 'acknowledged':
      return { ...entry, title: `${by.name} took it up` };
    case 'snoozed':
      return typeof data.until === 'string'
        ? { ...entry, title: `${by.name} snoozed it until`, until: data.until }
        : { ...entry, title: `${by.name} ended the snooze` };
    case 'reassigned':
      return { ...entry, title: `${by.name} ${reassigned(data.assignee)}` };
    case 'checked':
      return { ...entry, title: `${by.name} had it checked` };
    case 'commented':
      return { ...entry, kind: 'comment', title: `${by.name} wrote`, text: String(data.text) };
  }
}

const reassigned = (assignee: unknown): string => {
  if (typeof assignee !== 'object' || assignee === null) return 'gave it back to the owner';
  const { name, email } = assignee as { name?: unknown; email?: unknown };
  return `gave it to ${String(name)} (${String(email)})`;
};
