import type { DeliveryReport } from '../delivery-reports/delivery-report.js';
import type { MailAddress } from '../../../drivers/port/mail-item.js';
import type { ExplanationContext } from '../../failures/explanations.js';
import { messageFor } from '../../failures/failure.js';
import { explainOutgoing } from './outgoing-explanations.js';
import type { OutgoingContentView, OutgoingView } from './outgoing-views.store.js';
import { waitOf } from './waiting-reason.js';
import type { OutgoingAnswer, OutgoingSummary } from './outgoing.schemas.js';

/** For whom, and as of when, a message is shown. */
interface ShowingContext {
  readonly profile: Pick<ExplanationContext, 'username' | 'ewsUrl'>;
  /** The profiles that the reader is limited to; null: none. */
  readonly reach: readonly string[] | null;
  readonly now: Date;
}

const people = (mailboxes: readonly MailAddress[]) =>
  mailboxes.map(({ name, address }) => ({ name, address: address ?? '' }));

function showFailure(
  { failure, emailAddress, fromAddress }: OutgoingView,
  { profile, reach }: ShowingContext,
): OutgoingSummary['failure'] {
  if (!failure) return null;
  const context = { ...profile, mailbox: emailAddress, values: failure.values };
  const { title, cause, remedy } = explainOutgoing(failure, context, fromAddress);
  const { code, operation, at, requestId, clientRequestId } = failure;
  const message = messageFor(failure, reach);
  return { code, title, cause, remedy, operation, message, at, requestId, clientRequestId };
}

/** Its outcome is not known, or was not when a person had it sent again. */
export const mayHaveBeenSent = ({
  state,
  step,
  resentAt,
}: Pick<OutgoingView, 'state' | 'step' | 'resentAt'>): boolean =>
  step === 'submitting' || (resentAt !== null && state !== 'sent');

/** A message as lists show it. */
export function showSummary(view: OutgoingView, context: ShowingContext): OutgoingSummary {
  const { nextAttemptAt, waitingFor } = waitOf(view, context.now);
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
    mayHaveBeenSent: mayHaveBeenSent(view),
    attempts: view.attempts,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    waitingFor,
    failure: showFailure(view, context),
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
  context: ShowingContext,
): OutgoingAnswer {
  return {
    ...showSummary(view, context),
    ...content,
    attachments: [...content.attachments],
    references: [...content.references],
    headers: [...content.headers],
    deliveryReports: reports.map(({ at, ...report }) => ({ ...report, at: at.toISOString() })),
  };
}
