import type { StoredFailure } from './failure.js';
import { explain } from './explanations.js';
import type { IncidentScope } from './incidents.store.js';
import type { NotificationKind } from './notifications.store.js';

/** All that a notification says. */
export interface NotificationFacts {
  readonly kind: NotificationKind;
  readonly ownerName: string;
  readonly profile: { readonly name: string; readonly username: string; readonly ewsUrl: string };
  readonly incident: {
    readonly id: string;
    readonly scope: IncidentScope;
    readonly failure: StoredFailure;
    readonly openedAt: Date;
    readonly closedAt: Date | null;
    readonly affected: number;
  };
  /** A few of the mailboxes that stand still, or stood. */
  readonly mailboxes: readonly string[];
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

const during = { incoming: 'receiving mail', outgoing: 'sending mail' } as const;

/** The text of a notification: pure, so that its words can be held against golden files. */
export function notificationText(facts: NotificationFacts): { subject: string; text: string } {
  return facts.kind === 'opened' ? opened(facts) : recovered(facts);
}

function opened(facts: NotificationFacts): { subject: string; text: string } {
  const { incident, profile } = facts;
  const { failure } = incident;
  const explanation = explain(failure, {
    username: profile.username,
    ewsUrl: profile.ewsUrl,
    mailbox: facts.mailboxes[0] ?? '(any mailbox)',
    values: failure.values,
  });
  const text = [
    `Hello ${facts.ownerName},`,
    '',
    incident.scope === 'notice'
      ? `${explanation.title}. Mail of the profile “${profile.name}” goes on; this is about ${whatStopped(facts)}.`
      : `${explanation.title}, so mail of the profile “${profile.name}” has stopped: ${whatStopped(facts)}.`,
    '',
    'What it means',
    explanation.cause,
    '',
    'What to do',
    explanation.remedy,
    '',
    ...(incident.scope === 'notice'
      ? []
      : [
          'Nothing is lost: mail stays on the server, and messages to send wait here. Everything goes on by itself when it is mended.',
        ]),
    `The incident: ${facts.publicUrl}/v1/incidents/${incident.id}`,
    '',
    'Technical details',
    ...details(failure, incident.openedAt),
  ];
  return { subject: `[Postroom] ${explanation.title}: ${profile.name}`, text: text.join('\n') };
}

function whatStopped(facts: NotificationFacts): string {
  if (facts.incident.scope === 'profile') return 'all of its mailboxes wait';
  const more = facts.incident.affected - facts.mailboxes.length;
  return facts.mailboxes.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function recovered(facts: NotificationFacts): { subject: string; text: string } {
  const { incident, profile } = facts;
  const { title } = explain(incident.failure, {
    username: profile.username,
    ewsUrl: profile.ewsUrl,
    mailbox: facts.mailboxes[0] ?? '',
    values: {},
  });
  const lasted = incident.closedAt ? duration(incident.closedAt.getTime() - incident.openedAt.getTime()) : 'a while';
  const text = [
    `Hello ${facts.ownerName},`,
    '',
    `${incident.scope === 'notice' ? `All is well again with the profile “${profile.name}”.` : `Mail of the profile “${profile.name}” flows again.`} The trouble was: ${title}. It lasted ${lasted}${
      incident.scope === 'mailbox'
        ? ` and stopped ${incident.affected === 1 ? 'one mailbox' : `${incident.affected} mailboxes`}`
        : ''
    }.`,
    '',
    ...(incident.scope === 'notice'
      ? []
      : ['Nothing was lost: what arrived meanwhile is being fetched, and what waited is being sent.']),
    `The incident: ${facts.publicUrl}/v1/incidents/${incident.id}`,
  ];
  return { subject: `[Postroom] Recovered: ${profile.name}`, text: text.join('\n') };
}

function details(failure: StoredFailure, since: Date): string[] {
  const rows: [string, string | number | null][] = [
    ['Since', `${since.toISOString()} (UTC)`],
    ['While', during[failure.during]],
    ['Code', failure.code],
    ['Operation', failure.operation],
    ['Server’s words', failure.message],
    ['HTTP status', failure.httpStatus],
    ['Request id', failure.requestId],
    ['Client request id', failure.clientRequestId],
    ['Front-end server', failure.frontEndServer],
    ['Back-end server', failure.backEndServer],
    ['Server version', failure.serverVersion],
  ];
  return rows.filter(([, value]) => value !== null && value !== '').map(([name, value]) => `${name}: ${value}`);
}

/** In the largest two units that matter to a person. */
export function duration(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const units: [number, string][] = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ];
  return units
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
    .join(' ');
}
