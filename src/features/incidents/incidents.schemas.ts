import { z } from 'zod';
import { pageQuery, pageSchema } from '../../platform/http/page.js';
import { idParam, queryFlag } from '../../platform/http/validation.js';
import { explainEndpoint } from './endpoint-explanation.js';
import { messageFor, type StoredFailure } from '../failures/failure.js';
import { explanationParts, showExplanation } from '../failures/explanation.schemas.js';
import { explainStorage } from './storage-explanation.js';
import { actAnswer, actor } from './incident-acts.schemas.js';
import {
  incidentScopes,
  isOfInstallation,
  type IncidentMailboxRow,
  type IncidentRow,
  type IncidentView,
} from './incident-row.js';
import { notificationKinds, notificationStates, type ListedNotification } from '../notifications/notification-row.js';

const time = z.iso.datetime();
/** As many as a mail about it names. */
const namedMailboxes = 5;

export const incidentQuery = z.strictObject({
  ...pageQuery.shape,
  profileId: idParam.optional(),
  endpointId: idParam.optional(),
  open: queryFlag.optional().describe('true: open ones only; false: closed ones only'),
});

const fields = {
  id: z.uuid(),
  profileId: z.uuid().nullable().describe('Null for an endpoint, a server or the installation'),
  endpointId: z.uuid().nullable().describe('The webhook endpoint that it is about'),
  serverHost: z.string().nullable().describe('The server that it is about, with all of its profiles'),
  scope: z
    .enum(incidentScopes)
    .describe(
      'What needs fixing. profile: the account, or most of its mailboxes; server: it does not answer, and all of its profiles wait; notice: mail flows, but needs attention; endpoint: a webhook endpoint was switched off; installation: Postroom cannot store anything, shown to callers without a limit to profiles',
    ),
  open: z.boolean(),
  code: z.string(),
  title: z.string(),
  cause: z.string().describe('In plain words'),
  remedy: z.string().describe('What to do, with the commands to run'),
  explanation: explanationParts.nullable().describe('The same in parts; null for an endpoint and the installation'),
  operation: z.string().describe('Of EWS; empty for an endpoint'),
  message: z.string().describe('The server’s own words, of the latest failure; of an endpoint: its last error'),
  answer: z
    .string()
    .nullable()
    .describe('The start of the server’s SOAP fault, of the latest failure, without secrets'),
  requestId: z.string().nullable(),
  clientRequestId: z.string().nullable(),
  firstAt: time.describe('When it was opened'),
  firstFailureAt: time.describe('When the trouble began: the first failure of those that established it'),
  lastAt: time,
  closedAt: time.nullable(),
  count: z.number().int().describe('Failures so far, probes included'),
  stoppedMailboxes: z.number().int().describe('Mailboxes that still stand still; of a notice: that it is still about'),
  affectedMailboxes: z.number().int().describe('Mailboxes that it ever stopped'),
  muted: z.boolean().describe('Whether its cause is muted, so that nobody is mailed'),
  acknowledged: z
    .object({ at: time, by: actor })
    .nullable()
    .describe('Somebody took it up; null again when it has grown since, and its digest told so'),
  snoozed: z.object({ until: time, by: actor }).nullable().describe('Nobody is mailed until then'),
  assignee: z
    .object({ name: z.string(), email: z.string() })
    .nullable()
    .describe('Who is mailed in place of the owner'),
};

export const incidentSummary = z.object(fields).meta({ id: 'IncidentSummary' });
export const incidentPage = pageSchema(incidentSummary).meta({ id: 'IncidentPage' });

export const notificationAnswer = z
  .object({
    id: z.uuid(),
    incidentId: z.uuid(),
    profileId: z.uuid().nullable(),
    endpointId: z.uuid().nullable(),
    kind: z
      .enum(notificationKinds)
      .describe('digest: it lasts or grows; escalated: to the escalation contact, because nobody acknowledged it'),
    number: z.number().int().describe('Of a digest, from 1; else 0'),
    recipient: z.object({ name: z.string(), email: z.string() }),
    state: z
      .enum(notificationStates)
      .describe(
        'kept: there is no SMTP server to send it by; failed: the server refused the recipient for good, or it could not be sent for five days; withdrawn: overtaken before it went out, by the end of the incident, a mute or another person’s taking over',
      ),
    subject: z.string().nullable(),
    text: z.string().nullable(),
    attempts: z.number().int(),
    lastError: z.string().nullable().describe('The words of the SMTP server, or what happened on the way to it'),
    nextAttemptAt: time.nullable().describe('Null: it is done with'),
    createdAt: time,
    sentAt: time.nullable(),
  })
  .meta({ id: 'Notification' });
export const notificationPage = pageSchema(notificationAnswer).meta({ id: 'NotificationPage' });
export const notificationQuery = z.strictObject({ ...pageQuery.shape, incidentId: idParam.optional() });

export const incidentAnswer = z
  .object({
    ...fields,
    mailboxes: z
      .array(z.object({ id: z.uuid(), emailAddress: z.string(), stoppedAt: time, recoveredAt: time.nullable() }))
      .describe('The first 200, those that stand still first'),
    notifications: z.array(notificationAnswer),
    caughtUp: z
      .object({
        received: z.int().nullable().describe('Messages that arrived meanwhile and have been fetched'),
        sent: z.int().nullable().describe('Messages that waited and have been sent'),
      })
      .nullable()
      .describe(
        'What came back after its end, counted to 100,000; null in it: nothing so far. Null: it is open, stopped no mail, or is about profiles that the caller does not see',
      ),
    acts: z.array(actAnswer).describe('What people did with it, the latest 50, newest first'),
  })
  .meta({ id: 'Incident' });
export type IncidentAnswer = z.output<typeof incidentAnswer>;

/** What the words of an incident are filled in with. */
export interface IncidentContext {
  readonly profile: (profileId: string) => { username: string; ewsUrl: string };
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** The profiles that the caller is limited to; null: no limit. */
  readonly reach: readonly string[] | null;
}

/** @param members mailboxes that the words name: those that stand still first; empty in lists, which name none */
export function showIncident(
  row: IncidentView,
  context: IncidentContext,
  members: readonly IncidentMailboxRow[],
): z.output<typeof incidentSummary> {
  return {
    id: row.id,
    profileId: row.profile_id,
    endpointId: row.endpoint_id,
    serverHost: row.server_host,
    scope: row.scope,
    open: row.closed_at === null,
    code: row.cause,
    ...wordsOf(row, context, members.slice(0, namedMailboxes)),
    firstAt: row.opened_at.toISOString(),
    firstFailureAt: (row.first_failure_at ?? row.opened_at).toISOString(),
    lastAt: row.last_seen_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    count: row.failures,
    stoppedMailboxes: row.stopped,
    affectedMailboxes: row.affected,
    muted: row.muted,
    ...careOf(row),
  };
}

/** Who looks after it, for readers who see all that it is about: of a shared server it names other people’s people. */
function careOf(row: IncidentView) {
  const { acknowledged_at: at, acknowledged_by: by, snoozed_until: until, snoozed_by: snoozer } = row;
  const { assignee_name: name, assignee_email: email } = row;
  return {
    acknowledged: at && by && row.wholly ? { at: at.toISOString(), by } : null,
    snoozed: until && snoozer && row.wholly ? { until: until.toISOString(), by: snoozer } : null,
    assignee: name !== null && email !== null && row.wholly ? { name, email } : null,
  };
}

function wordsOf(
  row: IncidentView,
  { profile, publicUrl, reach }: IncidentContext,
  members: readonly IncidentMailboxRow[],
) {
  if (isOfInstallation(row)) {
    return { ...explainStorage(row.last_failure), explanation: null, message: '', ...withoutCall };
  }
  if (row.endpoint_id !== null) {
    const { last_failure: failure, endpoint_id: endpointId } = row;
    const words = explainEndpoint(failure, { endpointId, publicUrl });
    return { ...words, explanation: null, message: failure.message, ...withoutCall };
  }
  const { last_failure: failure } = row;
  return {
    ...showExplanation(failure, {
      ...(row.profile_id === null ? onServer(row.server_host) : profile(row.profile_id)),
      mailbox: members[0]?.email_address ?? '',
      ...membersOf(row, members),
      publicUrl,
      ...(row.profile_id === null ? {} : { profileId: row.profile_id }),
    }),
    operation: failure.operation,
    ...(row.wholly ? ownWords(failure, reach) : foreignWords),
  };
}

const ownWords = (failure: StoredFailure, reach: IncidentContext['reach']) => ({
  message: messageFor(failure, reach),
  answer: failure.answer ?? null,
  requestId: failure.requestId,
  clientRequestId: failure.clientRequestId,
});

const withoutCall = { operation: '', answer: null, requestId: null, clientRequestId: null };

/** The call may have been another owner's: its address, its ids and its answer are not for this reader. */
const foreignWords = { message: '', answer: null, requestId: null, clientRequestId: null };

/** So that commands are for all that stand still, and not for the first one alone. */
function membersOf({ stopped }: IncidentRow, members: readonly IncidentMailboxRow[]) {
  const [first] = members;
  if (!first) return {};
  return {
    mailboxes: members.map(({ email_address: address }) => address),
    furtherMailboxes: Math.max(0, stopped - members.length),
    mailboxId: first.mailbox_id,
  };
}

/** Of no single profile. */
const onServer = (host: string) => ({ username: 'the service account', ewsUrl: `https://${host}/EWS/Exchange.asmx` });

export const showIncidentMailbox = (row: IncidentMailboxRow) => ({
  id: row.mailbox_id,
  emailAddress: row.email_address,
  stoppedAt: row.joined_at.toISOString(),
  recoveredAt: row.recovered_at?.toISOString() ?? null,
});

export const showNotification = (row: ListedNotification): z.output<typeof notificationAnswer> => ({
  id: row.id,
  incidentId: row.incident_id,
  profileId: row.profile_id,
  endpointId: row.endpoint_id,
  kind: row.kind,
  number: row.number,
  recipient: { name: row.recipient_name, email: row.recipient_email },
  state: row.state,
  subject: row.subject,
  text: row.text_body,
  attempts: row.attempts,
  lastError: row.last_error,
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  sentAt: row.sent_at?.toISOString() ?? null,
});
