import type { Mailbox } from '../../mail/mail-item.js';
import type { ExplanationContext } from '../failures/explanations.js';
import { explainOutgoing } from './outgoing-explanations.js';
import type { OutgoingContentView, OutgoingView } from './outgoing-views.store.js';
import type { OutgoingAnswer, OutgoingSummary } from './outgoing.schemas.js';

type ProfileNames = Pick<ExplanationContext, 'username' | 'ewsUrl'>;

const people = (mailboxes: readonly Mailbox[]) =>
  mailboxes.map(({ name, address }) => ({ name, address: address ?? '' }));

function showFailure({ failure, emailAddress }: OutgoingView, profile: ProfileNames): OutgoingSummary['failure'] {
  if (!failure) return null;
  const { title, cause, remedy } = explainOutgoing(failure, {
    ...profile,
    mailbox: emailAddress,
    values: failure.values,
  });
  const { code, operation, message, at, requestId, clientRequestId } = failure;
  return { code, title, cause, remedy, operation, message, at, requestId, clientRequestId };
}

/** A message as lists show it. */
export function showSummary(view: OutgoingView, profile: ProfileNames): OutgoingSummary {
  return {
    id: view.id,
    mailboxId: view.mailboxId,
    profileId: view.profileId,
    state: view.state,
    subject: view.subject,
    to: people(view.recipients.to),
    cc: people(view.recipients.cc),
    bcc: people(view.recipients.bcc),
    replyTo: people(view.recipients.replyTo),
    internetMessageId: view.internetMessageId,
    mayHaveBeenSent: view.step === 'submitting',
    attempts: view.attempts,
    nextAttemptAt: view.nextAttemptAt?.toISOString() ?? null,
    failure: showFailure(view, profile),
    createdAt: view.createdAt.toISOString(),
    updatedAt: view.updatedAt.toISOString(),
    sentAt: view.sentAt?.toISOString() ?? null,
    threadId: view.threadId,
    threadMatch: view.threadMatch,
  };
}

/** A message with its content; of its files the facts only. */
export function showMessage(view: OutgoingView, content: OutgoingContentView, profile: ProfileNames): OutgoingAnswer {
  return {
    ...showSummary(view, profile),
    text: content.text,
    html: content.html,
    attachments: [...content.attachments],
  };
}
