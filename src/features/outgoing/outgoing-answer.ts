import type { DeliveryReport } from '../delivery-reports/delivery-report.js';
import type { Mailbox } from '../../mail/mail-item.js';
import type { ExplanationContext } from '../failures/explanations.js';
import { explainOutgoing } from './outgoing-explanations.js';
import type { OutgoingContentView, OutgoingView } from './outgoing-views.store.js';
import { waitOf } from './waiting-reason.js';
import type { OutgoingAnswer, OutgoingSummary } from './outgoing.schemas.js';

type ProfileNames = Pick<ExplanationContext, 'username' | 'ewsUrl'>;

const people = (mailboxes: readonly Mailbox[]) =>
  mailboxes.map(({ name, address }) => ({ name, address: address ?? '' }));

function showFailure(
  { failure, emailAddress, fromAddress }: OutgoingView,
  profile: ProfileNames,
): OutgoingSummary['failure'] {
  if (!failure) return null;
  const context = { ...profile, mailbox: emailAddress, values: failure.values };
  const { title, cause, remedy } = explainOutgoing(failure, context, fromAddress);
  const { code, operation, message, at, requestId, clientRequestId } = failure;
  return { code, title, cause, remedy, operation, message, at, requestId, clientRequestId };
}

/** A message as lists show it. */
export function showSummary(view: OutgoingView, profile: ProfileNames, now: Date): OutgoingSummary {
  const { nextAttemptAt, waitingFor } = waitOf(view, now);
  return {
    id: view.id,
    mailboxId: view.mailboxId,
    mailboxAddress: view.emailAddress,
    profileId: view.profileId,
    state: view.state,
    subject: view.subject,
    to: people(view.recipients.to),
    cc: people(view.recipients.cc),
    bcc: people(view.recipients.bcc),
    replyTo: people(view.recipients.replyTo),
    from: view.fromAddress === null ? null : { name: view.fromName, address: view.fromAddress },
    importance: view.importance,
    sendAt: view.sendAt?.toISOString() ?? null,
    internetMessageId: view.internetMessageId,
    mayHaveBeenSent: view.step === 'submitting',
    attempts: view.attempts,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    waitingFor,
    failure: showFailure(view, profile),
    createdAt: view.createdAt.toISOString(),
    updatedAt: view.updatedAt.toISOString(),
    sentAt: view.sentAt?.toISOString() ?? null,
    threadId: view.threadId,
    threadMatch: view.threadMatch,
    contentRemovedAt: view.contentRemovedAt?.toISOString() ?? null,
  };
}

/** A message with its content and what came back about it; of its files the facts only. */
export function showMessage(
  view: OutgoingView,
  content: OutgoingContentView,
  reports: readonly DeliveryReport[],
  profile: ProfileNames,
  now: Date,
): OutgoingAnswer {
  return {
    ...showSummary(view, profile, now),
    ...content,
    attachments: [...content.attachments],
    references: [...content.references],
    headers: [...content.headers],
    deliveryReports: reports.map(({ at, ...report }) => ({ ...report, at: at.toISOString() })),
  };
}
