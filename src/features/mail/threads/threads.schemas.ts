import { z } from 'zod';
import { pageQuery, pageSchema } from '../../../platform/http/page.js';
import { idParam } from '../../../platform/http/validation.js';
import { threadMatches } from './thread-match.js';
import { maxCounted, type ThreadMessageView, type ThreadView } from './thread-views.store.js';

const time = z.iso.datetime();
const person = z.object({ name: z.string().nullable(), address: z.string().nullable() });

export const threadQuery = z.strictObject({
  ...pageQuery.shape,
  profileId: idParam.optional(),
  mailboxId: idParam.optional().describe('Threads it takes part in, those with its newest mail first'),
});
export const threadMessagesQuery = z.strictObject(pageQuery.shape);

export const threadMatch = z.enum(threadMatches).describe('How the message found its thread');

const fields = {
  id: z.uuid(),
  profileId: z.uuid(),
  subject: z.string().nullable().describe('Of its first message'),
  firstMessageAt: time,
  lastMessageAt: time,
  messageCount: z.int().describe(`In both directions; ${maxCounted} stands for ${maxCounted} or more`),
  outgoingCount: z.int(),
  mailboxIds: z.array(z.uuid()).describe('Mailboxes that take part'),
};

export const threadSummary = z.object(fields).meta({ id: 'ThreadSummary' });
export const threadPage = pageSchema(threadSummary).meta({ id: 'ThreadPage' });

const threadMessage = z
  .object({
    id: z.uuid(),
    direction: z.enum(['incoming', 'outgoing']).describe('Read it under /v1/messages or /v1/outgoing-messages'),
    mailboxId: z.uuid(),
    mailboxAddress: z.string(),
    at: time.describe('When it was received, or given to us to send'),
    threadMatch,
    subject: z.string().nullable(),
    internetMessageId: z.string().nullable(),
    from: person.nullable().describe('Null for an outgoing message: the mailbox itself'),
    to: z.array(person),
    state: z.string().nullable().describe('Of an outgoing message'),
  })
  .meta({ id: 'ThreadMessage' });

export const threadAnswer = z
  .object({
    ...fields,
    messages: z.array(threadMessage).describe('Oldest first'),
    nextCursor: z.string().nullable().describe('Of the next page of messages'),
  })
  .meta({ id: 'Thread' });

export const showThread = (thread: ThreadView): z.output<typeof threadSummary> => ({
  id: thread.id,
  profileId: thread.profileId,
  subject: thread.subject,
  firstMessageAt: thread.firstMessageAt.toISOString(),
  lastMessageAt: thread.lastMessageAt.toISOString(),
  messageCount: thread.messageCount,
  outgoingCount: thread.outgoingCount,
  mailboxIds: thread.mailboxIds,
});

export const showThreadMessage = (message: ThreadMessageView): z.output<typeof threadMessage> => ({
  id: message.id,
  direction: message.direction,
  mailboxId: message.mailboxId,
  mailboxAddress: message.mailboxAddress,
  at: message.at.toISOString(),
  threadMatch: message.match,
  subject: message.subject,
  internetMessageId: message.internetMessageId,
  from: message.from && { name: message.from.name, address: message.from.address },
  to: message.to.map(({ name, address }) => ({ name, address })),
  state: message.state,
});
