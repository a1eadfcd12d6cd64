import { explainEndpoint, replayCommand } from '../incidents/endpoint-explanation.js';
import type { EndpointFailure } from '../incidents/endpoint-failure.js';
import { incidentAddress } from './incident-address.js';
import { duration } from './moments.js';
import type { NotificationKind } from './notification-row.js';

/** All that a notification about a webhook endpoint says. */
export interface EndpointNotificationFacts {
  readonly kind: NotificationKind;
  readonly ownerName: string;
  readonly endpointId: string;
  readonly incident: {
    readonly id: string;
    readonly failure: EndpointFailure;
    readonly openedAt: Date;
    readonly closedAt: Date | null;
  };
  /** How long the feed reaches back, in ms. */
  readonly eventsKeptMs: number;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

/** The text of a notification: pure, so that its words can be held against golden files. */
export function endpointNotificationText(facts: EndpointNotificationFacts): { subject: string; text: string } {
  return facts.kind === 'recovered' ? recovered(facts) : opened(facts);
}

function opened(facts: EndpointNotificationFacts): { subject: string; text: string } {
  const { failure, openedAt } = facts.incident;
  const { title, cause, remedy } = explainEndpoint(failure, facts);
  const text = [
    `Hello ${facts.ownerName},`,
    '',
    facts.kind === 'digest'
      ? `Postroom still sends no webhooks to ${failure.url}. What happened: ${title}.`
      : `${title}, so Postroom sends no more webhooks to ${failure.url}.`,
    '',
    'What it means',
    cause,
    '',
    'What waits',
    `The oldest event that the endpoint has not been told of is of ${failure.waitingSince} (UTC). Events are kept for ${duration(facts.eventsKeptMs)}, so nothing is lost until ${keptUntil(facts)} (UTC).`,
    '',
    'What to do',
    remedy,
    '',
    `The endpoint: ${facts.publicUrl}/v1/webhook-endpoints/${facts.endpointId}`,
    `The incident: ${incidentAddress(facts.publicUrl, facts.incident.id)}`,
    '',
    'Technical details',
    `Switched off: ${openedAt.toISOString()} (UTC)`,
    `Nothing succeeded since: ${failure.failingSince} (UTC)`,
    `Last error: ${failure.message}`,
    `Code: ${failure.code}`,
  ];
  const start = facts.kind === 'digest' ? `Still switched off: ${title}` : title;
  return { subject: `[Postroom] ${start}: ${hostOf(failure.url)}`, text: text.join('\n') };
}

function recovered(facts: EndpointNotificationFacts): { subject: string; text: string } {
  const { id, failure, openedAt, closedAt } = facts.incident;
  const lasted = closedAt ? duration(closedAt.getTime() - openedAt.getTime()) : 'a while';
  const text = [
    `Hello ${facts.ownerName},`,
    '',
    `The webhook endpoint ${failure.url} is switched on again, after ${lasted}. What waited is being sent.`,
    '',
    'What had been given up after ten attempts is not; this has it sent again:',
    `  ${replayCommand(failure, facts)}`,
    '',
    `The endpoint: ${facts.publicUrl}/v1/webhook-endpoints/${facts.endpointId}`,
    `The incident: ${incidentAddress(facts.publicUrl, id)}`,
  ];
  return { subject: `[Postroom] Switched on again: ${hostOf(failure.url)}`, text: text.join('\n') };
}

const keptUntil = ({ incident, eventsKeptMs }: EndpointNotificationFacts) =>
  new Date(Date.parse(incident.failure.waitingSince) + eventsKeptMs).toISOString();

/** A subject line is shown in lists, where a path may say more than it should. */
const hostOf = (url: string) => new URL(url).host;
