import { z } from 'zod';
import { pageQuery, pageSchema } from '../../../platform/http/page.js';
import { idParam, oneLine, plainText } from '../../../platform/http/validation.js';
import { searchText } from '../search/search-text.js';
import { threadMatch } from '../threads/threads.schemas.js';
import { maxAttachments, newAttachment } from './outgoing-attachment.js';
import { importances, optionConflicts, outgoingOptions } from './outgoing-options.js';
import { outgoingStates } from './outgoing-state.js';
import { reportKinds } from '../delivery-reports/delivery-report.js';
import { waits } from './waiting-reason.js';
import { recipient } from './recipient.js';

export const maxRecipients = 500;
const maxSubjectLength = 998;
const maxBodyLength = 5_000_000;

const recipients = z.array(recipient).max(maxRecipients).default([]);

export const newOutgoingMessage = z
  .strictObject({
    mailboxId: idParam.describe('Who sends it'),
    to: recipients,
    cc: recipients,
    bcc: recipients.describe('Nobody else sees these'),
    replyTo: z.array(recipient).max(20).default([]),
    subject: oneLine(maxSubjectLength)
      .optional()
      .describe('An answer or forward gets the original’s with Re: or Fw: in front when none is given'),
    text: plainText(maxBodyLength).nullable().default(null),
    html: plainText(maxBodyLength)
      .nullable()
      .default(null)
      .describe('Where both are given the server keeps this one and makes its own text of it'),
    attachments: z.array(newAttachment).max(maxAttachments).default([]),
    ...outgoingOptions,
    idempotencyKey: z
      .string()
      .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')
      .optional()
      .describe('The same as the header Idempotency-Key, for callers that cannot set one'),
  })
  .superRefine((message, context) => {
    const count = message.to.length + message.cc.length + message.bcc.length;
    const add = (path: string, text: string) => context.addIssue({ code: 'custom', path: [path], message: text });
    if (count === 0) add('to', 'at least one of to, cc and bcc must name somebody');
    if (count > maxRecipients) add('to', `to, cc and bcc together must not name more than ${maxRecipients}`);
    if (message.text === null && message.html === null) add('text', 'text or html must be given; it may be empty');
    optionConflicts(message, add);
  })
  .meta({ id: 'NewOutgoingMessage' });
export type NewOutgoingMessage = z.output<typeof newOutgoingMessage>;

export const retryOutgoing = z
  .strictObject({
    mayDeliverTwice: z
      .boolean()
      .default(false)
      .describe(
        'Of a message that may have been delivered: send it again, and accept that its recipients may get it twice. Otherwise it is only looked for on the server',
      ),
  })
  .default({ mayDeliverTwice: false });
export type RetryOutgoing = z.output<typeof retryOutgoing>;

const stateList = z
  .string()
  .max(100)
  .optional()
  .transform((value) => (value === undefined ? null : [...new Set(value.split(',').map((state) => state.trim()))]))
  .pipe(z.array(z.enum(outgoingStates, { message: `must be out of ${outgoingStates.join(', ')}` })).nullable());

export const outgoingQuery = z.strictObject({
  ...pageQuery.shape,
  mailboxId: idParam.optional(),
  profileId: idParam.optional(),
  state: stateList.describe(`Comma-separated, out of ${outgoingStates.join(', ')}; all if left out`),
  q: searchText
    .optional()
    .describe(
      'Words that are all in the subject, or in names and addresses of sender and recipients; the last may be a beginning',
    ),
});

const time = z.iso.datetime();
const person = z.object({ name: z.string().nullable(), address: z.string() });

const summaryFields = {
  id: z.uuid(),
  mailboxId: z.uuid(),
  mailboxAddress: z.string(),
  profileId: z.uuid(),
  state: z
    .enum(outgoingStates)
    .describe(
      '`pending`: nobody has received it, it can be cancelled. `sending`: on its way, or its outcome is being looked up',
    ),
  subject: z.string(),
  to: z.array(person),
  cc: z.array(person),
  bcc: z.array(person),
  replyTo: z.array(person),
  from: person.nullable().describe('In whose name it goes out; null: the mailbox’s own'),
  importance: z.enum(importances),
  sendAt: time.nullable().describe('The time it was asked to go out at'),
  internetMessageId: z.string().describe('The Message-ID header that it gets'),
  mayHaveBeenSent: z
    .boolean()
    .describe(
      'It was submitted and the outcome is not known: true while that is looked up, of a message that failed so (`MayHaveBeenDelivered`), and until it has gone out of one that is sent again all the same',
    ),
  attempts: z.int().describe('Tries that failed and count towards giving up'),
  nextAttemptAt: time.nullable().describe('Null: as soon as its mailbox sends, or never again'),
  waitingFor: z
    .enum(waits)
    .nullable()
    .describe(
      '`send-time`: its `sendAt`; `retry`: the next try after a failure; `outcome`: the next look whether it went out; `rate-limit`, `submission-quota`: the mailbox may not send more yet',
    ),
  failure: z
    .object({
      code: z.string(),
      title: z.string(),
      cause: z.string(),
      remedy: z.string(),
      operation: z.string().describe('The call to the server that failed'),
      message: z.string().describe('The server’s own words'),
      at: time,
      requestId: z.string().nullable(),
      clientRequestId: z.string().nullable(),
    })
    .nullable()
    .describe('Why it failed, or what it waits for'),
  createdAt: time,
  updatedAt: time,
  sentAt: time.nullable(),
  threadId: z.uuid().nullable().describe('Null: accepted before there were threads, and not put into one yet'),
  threadMatch: threadMatch.nullable(),
  contentRemovedAt: z.iso
    .datetime()
    .nullable()
    .describe('When bodies and attachments were removed, because the profile keeps them no longer'),
};

export const outgoingSummary = z.object(summaryFields).meta({ id: 'OutgoingMessageSummary' });
export type OutgoingSummary = z.output<typeof outgoingSummary>;

export const outgoingAnswer = z
  .object({
    ...summaryFields,
    text: z.string().nullable(),
    html: z.string().nullable(),
    attachments: z.array(
      z.object({
        filename: z.string(),
        contentType: z.string(),
        contentId: z.string().nullable(),
        isInline: z.boolean(),
        sizeBytes: z.int(),
      }),
    ),
    inReplyToMessageId: z.uuid().nullable(),
    forwardOfMessageId: z.uuid().nullable(),
    inReplyTo: z.string().nullable().describe('The header In-Reply-To that it gets'),
    references: z.array(z.string()).describe('The header References that it gets'),
    saveToSentItems: z.boolean(),
    readReceipt: z.boolean(),
    deliveryReceipt: z.boolean(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
    deliveryReports: z
      .array(
        z.object({
          kind: z.enum(reportKinds).describe('`delivery`: of a mail server; `disposition`: of a mail program'),
          action: z
            .string()
            .describe(
              '`failed`, `delayed`, `delivered`, `relayed`, `expanded`; `displayed` (read), `deleted` and others',
            ),
          recipient: z.string().nullable(),
          status: z.string().nullable().describe('RFC 3463, such as 5.1.1'),
          diagnostic: z.string().nullable().describe('The words of the server that refused it'),
          messageId: z.uuid().describe('Id of the received report'),
          at: time,
        }),
      )
      .describe('What came back about it, oldest first'),
  })
  .meta({ id: 'OutgoingMessage' });
export type OutgoingAnswer = z.output<typeof outgoingAnswer>;

export const outgoingPage = pageSchema(outgoingSummary).meta({ id: 'OutgoingMessagePage' });
