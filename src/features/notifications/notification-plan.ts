import type { IncidentScope } from '../incidents/incident-row.js';

const minute = 60_000;

/** So long the first mail about single mailboxes waits, so that it tells how far an outage goes. */
const settleMs = 30_000;
/** So long the last mail about a whole profile or server waits, so that it can tell what was fetched and sent since. */
const catchUpMs = minute;
/** Digests about a set that grows come no closer than this. */
export const betweenDigestsMs = 60 * minute;
const reminderMs = 24 * 60 * minute;

/** What has been told of an incident, and what people said about being told. */
export interface ToldIncident {
  readonly scope: IncidentScope;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  /** The same cause ended a while ago, and its people know of it: before this time they are told nothing new. */
  readonly quietUntil?: Date | null;
  /** Mailboxes that it ever stopped. */
  readonly affected: number;
  /** Somebody may answer for it who has not been told that it began. */
  readonly openingOwed: boolean;
  /** One digest is owed whatever else is due: a snooze or a mute ended. */
  readonly reminderOwed: boolean;
  /** The last mail to whoever answers for it; null: there was none. */
  readonly toldAt: Date | null;
  /** `affected` at that time. */
  readonly toldAffected: number;
  /** `affected` when somebody acknowledged it; null: nobody has. */
  readonly acknowledgedAffected: number | null;
  readonly snoozedUntil: Date | null;
  /** From when an escalation counts. */
  readonly unansweredSince: Date;
}

/** An escalation contact that has not been told yet. */
interface WaitingContact {
  readonly email: string;
  readonly afterMinutes: number;
  /** From when its time counts at the earliest: the cause was muted until then. Null: from the incident's own. */
  readonly notBefore?: Date | null;
}

export interface NotificationPlan {
  /** To all who answer for it and have not been told that it began. */
  readonly opening: boolean;
  /** To all who answer for it and were told so before. */
  readonly digest: boolean;
  readonly recovery: boolean;
  /** Contacts whose time has come. */
  readonly escalateTo: readonly string[];
  /** An acknowledgement was for fewer mailboxes than there are now. */
  readonly acknowledgementLapses: boolean;
  /** When to look again; null: when something happens to it. */
  readonly lookAt: Date | null;
}

const after = (time: Date, ms: number) => new Date(time.getTime() + ms);
const isSettling = (scope: IncidentScope) => scope === 'mailbox' || scope === 'notice';

/** A cause that comes back within this time after its last mail is the same story. */
export const sameStoryMs = 24 * 60 * minute;
/** When it has come back for so long, it is told again before that time is over. */
const backForGoodMs = 30 * minute;

/**
 * Until when nobody is mailed about a cause that has come back.
 * @param lastToldAt the last mail about the time before
 */
export const quietUntil = (openedAt: Date, lastToldAt: Date): Date =>
  new Date(Math.min(openedAt.getTime() + backForGoodMs, lastToldAt.getTime() + sameStoryMs));

/** Whether it came and went while nobody was to be mailed. */
export const passedInQuiet = ({ quietUntil: until, toldAt, closedAt }: ToldIncident): boolean =>
  toldAt === null && closedAt !== null && until != null && closedAt <= until;

/** When a new incident is first told of. */
export const firstLookAt = (scope: IncidentScope, openedAt: Date): Date =>
  isSettling(scope) ? after(openedAt, settleMs) : openedAt;

/** When the end of an incident is told. @param all it held up whole profiles, which come back one mailbox after the other */
export const lastLookAt = (closedAt: Date, all: boolean): Date => (all ? after(closedAt, catchUpMs) : closedAt);

const nothing = {
  opening: false,
  digest: false,
  recovery: false,
  escalateTo: [],
  acknowledgementLapses: false,
} as const;

/** What is to be mailed about an incident now, and when to look at it again. */
export function planOf(incident: ToldIncident, contacts: readonly WaitingContact[], now: Date): NotificationPlan {
  if (incident.closedAt) return { ...nothing, recovery: true, lookAt: null };
  const { snoozedUntil, toldAt } = incident;
  if (snoozedUntil && snoozedUntil > now) return { ...nothing, lookAt: snoozedUntil };
  const settled = latest(firstLookAt(incident.scope, incident.openedAt), incident.quietUntil ?? null);
  if (toldAt === null && settled > now) return { ...nothing, lookAt: settled };

  const digest = toldAt !== null && isDue(digestAt(incident, toldAt), now);
  const acknowledgementLapses =
    digest && incident.acknowledgedAffected !== null && incident.affected > incident.acknowledgedAffected;
  const told: ToldIncident = {
    ...incident,
    ...(toldAt === null || digest ? { toldAt: now, toldAffected: incident.affected, reminderOwed: false } : {}),
    ...(acknowledgementLapses ? { acknowledgedAffected: null, unansweredSince: now } : {}),
  };
  const escalations =
    told.acknowledgedAffected === null
      ? contacts.map(({ email, afterMinutes, notBefore }) => ({
          email,
          at: after(latest(told.unansweredSince, notBefore ?? null), afterMinutes * minute),
        }))
      : [];
  const later = escalations.filter(({ at }) => at > now).map(({ at }) => at);
  return {
    opening: incident.openingOwed,
    digest,
    recovery: false,
    escalateTo: escalations.filter(({ at }) => at <= now).map(({ email }) => email),
    acknowledgementLapses,
    lookAt: earliest([digestAt(told, told.toldAt ?? now), ...later]),
  };
}

/** Null: nothing more until it grows. */
function digestAt(incident: ToldIncident, toldAt: Date): Date | null {
  if (incident.reminderOwed) return toldAt;
  if (incident.affected > incident.toldAffected) return after(toldAt, betweenDigestsMs);
  return incident.acknowledgedAffected === null ? after(toldAt, reminderMs) : null;
}

const latest = (one: Date, other: Date | null) => (other !== null && other > one ? other : one);

const isDue = (time: Date | null, now: Date) => time !== null && time <= now;

function earliest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((time) => time !== null).map((time) => time.getTime());
  return known.length === 0 ? null : new Date(Math.min(...known));
}
