import { z } from 'zod';
import { pageQuery, pageSchema } from '../../../platform/http/page.js';
import { idParam } from '../../../platform/http/validation.js';
import { searchText } from '../search/search-text.js';
import { threadMatch } from '../threads/threads.schemas.js';
import { blockNote, blockReasons } from './attachment-rules.js';
import { explain } from '../../failures/explanations.js';
import { messageFor, type StoredFailure } from '../../failures/failure.js';
import type { FolderView } from './folders.store.js';
import type { ItemFailure } from './item-failures.store.js';
import { omittedAnswer, showOmitted } from './omitted-content.js';
import type { AttachmentRow, ContentRow, MessageRow } from './messages.store.js';

const time = z.iso.datetime();
const toDate = (text: string) => new Date(text);
const address = z.object({ name: z.string().nullable(), address: z.string().nullable() });

export const messageQuery = z
  .strictObject({
    ...pageQuery.shape,
    mailboxId: idParam.optional().describe('Of which mailbox; all that the caller sees if left out'),
    profileId: idParam.optional().describe('Of which profile'),
    threadId: idParam.optional().describe('Of which thread, in all mailboxes if none is named'),
    q: searchText
      .optional()
      .describe(
        'Words that are all in the subject, or in names and addresses of the sender and the recipients, whatever their case and accents; the last may be a beginning. `ben@example.com`, `ben@` and `@example.com` look for addresses',
      ),
    from: z.iso.datetime({ offset: true }).transform(toDate).optional().describe('Received then or later'),
    to: z.iso.datetime({ offset: true }).transform(toDate).optional().describe('Received before'),
  })
  .superRefine((query, context) => {
    if (query.threadId === undefined) return;
    for (const other of ['q', 'profileId', 'from', 'to'] as const)
      if (query[other] !== undefined)
        context.addIssue({ code: 'custom', path: [other], message: 'cannot be combined with threadId' });
  });

export const attachmentQuery = z.strictObject({
  disposition: z
    .enum(['attachment', 'inline'])
    .default('attachment')
    .describe('`inline`: to be shown in a page, which only PNG, JPEG, GIF and WebP are'),
});

const fields = {
  id: z.uuid(),
  mailboxId: z.uuid(),
  mailboxAddress: z.string(),
  profileId: z.uuid(),
  folder: z.string().nullable().describe('Path of its folder; null: it has left the folders that are watched'),
  internetMessageId: z.string().nullable(),
  subject: z.string().nullable(),
  from: address.nullable(),
  sender: address.nullable(),
  to: z.array(address),
  cc: z.array(address),
  bcc: z.array(address),
  replyTo: z.array(address),
  importance: z.enum(['low', 'normal', 'high']),
  isRead: z.boolean(),
  hasAttachments: z.boolean().describe('Apart from inline ones'),
  sizeBytes: z.number().int(),
  sentAt: time.nullable(),
  receivedAt: time,
  storedAt: time,
  contentRemovedAt: time
    .nullable()
    .describe('When bodies, original and attachments were removed, because the profile keeps them no longer'),
  inReplyTo: z.string().nullable(),
  references: z.array(z.string()),
  conversationId: z.string().nullable(),
  threadId: z.uuid().nullable().describe('Null: stored before there were threads, and not put into one yet'),
  threadMatch: threadMatch.nullable(),
  itemClass: z.string().nullable(),
  items: z
    .array(z.object({ folder: z.string(), itemId: z.string() }))
    .describe('Where it lies on the server; several when there are copies. The ids change when it moves'),
  contentId: z
    .uuid()
    .nullable()
    .describe('The same for one message in several mailboxes of the profile; null once the content was removed'),
};

export const messageSummary = z.object(fields).meta({ id: 'MessageSummary' });
export const messagePage = pageSchema(messageSummary).meta({ id: 'MessagePage' });

export const messageAnswer = z
  .object({
    ...fields,
    text: z.string().nullable(),
    html: z.string().nullable().describe('As it was sent: not sanitised'),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
    attachments: z.array(
      z.object({
        position: z.number().int().describe('Its place in `/v1/messages/{id}/attachments/{position}`'),
        filename: z.string().nullable(),
        contentType: z.string(),
        contentId: z.string().nullable().describe('By which the HTML shows it (`cid:`, there percent-encoded)'),
        isInline: z.boolean(),
        sizeBytes: z.number().int(),
        blocked: z
          .object({ reason: z.enum(blockReasons), note: z.string() })
          .nullable()
          .describe('Not null: its bytes were not stored, by a setting of the profile'),
        unavailable: z
          .object({ code: z.string(), message: z.string(), retryAt: time.nullable() })
          .nullable()
          .describe(
            'Not null: the server does not show it. It is read again at `retryAt`; `message.updated` tells that it is there',
          ),
      }),
    ),
    omitted: omittedAnswer
      .nullable()
      .describe('Set if the message was read only in part, or only its headers were; see reason'),
    incomplete: z
      .boolean()
      .describe('A part could not be read, or the original lacks its end; it is read again over two weeks'),
    hasMime: z
      .boolean()
      .describe('False when the server could not show the original, or blocked attachments could not be cut out of it'),
    sightings: z
      .array(z.object({ id: z.uuid(), mailboxId: z.uuid(), mailboxAddress: z.string(), folder: z.string().nullable() }))
      .describe('The message in each mailbox of the profile that has it, this one included'),
  })
  .meta({ id: 'Message' });

export const itemFailureQuery = z.strictObject(pageQuery.shape);
export const itemFailurePage = pageSchema(
  z
    .object({
      itemId: z.string(),
      folder: z.string(),
      kind: z
        .enum(['unread', 'incomplete'])
        .describe(
          '`unread`: the message is not here; `incomplete`: it is, and a part or a change of it could not be read',
        ),
      code: z.string(),
      message: z.string(),
      attempts: z.number().int(),
      firstAt: time,
      retryAt: time.nullable().describe('Null: set aside after the last of its tries'),
    })
    .meta({ id: 'ItemFailure' }),
).meta({ id: 'ItemFailurePage' });

export function showSummary(row: MessageRow): z.output<typeof messageSummary> {
  const mailbox = (name: string | null, of: string | null) =>
    name === null && of === null ? null : { name, address: of };
  const list = (mailboxes: readonly { name: string | null; address: string | null }[]) =>
    mailboxes.map(({ name, address: of }) => ({ name, address: of }));
  return {
    id: row.id,
    mailboxId: row.mailbox_id,
    mailboxAddress: row.mailbox_address,
    profileId: row.profile_id,
    folder: row.folder,
    internetMessageId: row.internet_message_id,
    subject: row.subject,
    from: mailbox(row.from_name, row.from_address),
    sender: mailbox(row.sender_name, row.sender_address),
    to: list(row.recipients.to),
    cc: list(row.recipients.cc),
    bcc: list(row.recipients.bcc),
    replyTo: list(row.recipients.replyTo),
    importance: row.importance,
    isRead: row.is_read,
    hasAttachments: row.has_attachments,
    sizeBytes: row.size_bytes,
    sentAt: row.sent_at?.toISOString() ?? null,
    receivedAt: row.received_at.toISOString(),
    storedAt: row.stored_at.toISOString(),
    contentRemovedAt: row.content_removed_at?.toISOString() ?? null,
    inReplyTo: row.in_reply_to,
    references: row.reference_ids,
    conversationId: row.conversation_id,
    threadId: row.thread_id,
    threadMatch: row.thread_match,
    itemClass: row.item_class,
    items: row.items,
    contentId: row.content_id,
  };
}

export function showMessage(
  row: MessageRow,
  content: ContentRow,
  attachments: readonly AttachmentRow[],
  sightings: z.output<typeof messageAnswer>['sightings'],
  retryAt: Date | null,
): z.output<typeof messageAnswer> {
  return {
    ...showSummary(row),
    text: content.text_body,
    html: content.html_body,
    headers: content.headers,
    attachments: attachments.map((attachment) => ({
      position: attachment.position,
      filename: attachment.filename,
      contentType: attachment.content_type,
      contentId: attachment.content_id_header,
      isInline: attachment.is_inline,
      sizeBytes: attachment.size_bytes,
      blocked: attachment.blocked && {
        reason: attachment.blocked,
        note: blockNote(attachment.blocked, attachment.filename, attachment.size_bytes),
      },
      unavailable: attachment.unavailable && { ...attachment.unavailable, retryAt: retryAt?.toISOString() ?? null },
    })),
    omitted: showOmitted(content.omitted),
    incomplete: content.incomplete,
    sightings,
    hasMime: content.has_mime,
  };
}

export const showItemFailure = (failure: ItemFailure) => ({
  itemId: failure.itemId,
  folder: failure.folder,
  kind: failure.kind === 'incomplete' ? ('incomplete' as const) : ('unread' as const),
  code: failure.code,
  message: failure.message,
  attempts: failure.attempts,
  firstAt: failure.firstAt.toISOString(),
  retryAt: failure.retryAt?.toISOString() ?? null,
});

export const folderList = z
  .object({
    items: z.array(
      z.object({
        path: z.string(),
        folder: z.string().describe('A well-known name, or the id on the server'),
        missing: z.boolean().describe('The server has no folder at this path'),
        importedAt: time.nullable().describe('When all mail that was there had been fetched'),
        followedAt: time.nullable().describe('When every later change began to be followed'),
        failing: z
          .object({
            code: z.string(),
            title: z.string().describe('What it means, in one line'),
            message: z.string().describe('The server’s own words'),
            since: time,
            attempts: z.int().describe('Failures in a row'),
            retryAt: time,
          })
          .nullable()
          .describe('Why it cannot be read while other folders of the mailbox can'),
        listedBy: z
          .object({
            way: z
              .enum(['date', 'changes'])
              .describe(
                '`date`: new mail is found by its date, and other changes by the daily audit; `changes`: the whole folder is read, because nothing can be listed by date',
              ),
            code: z.string().describe('Why the usual way does not work'),
            title: z.string().describe('What it means, in one line'),
            since: time,
            until: time.describe('When the usual way is tried again'),
          })
          .nullable()
          .describe('Another way in which it is listed for a time; null: the usual one'),
        unlistedChanges: z
          .object({ count: z.int(), lastAt: time })
          .nullable()
          .describe('Changes that the server told without naming an item; what they were is looked for by date'),
      }),
    ),
  })
  .meta({ id: 'FolderList' });

/** @param reach the profiles that the reader is limited to; null: none */
export const showFolder = (
  view: FolderView,
  reach: readonly string[] | null,
): z.output<typeof folderList>['items'][number] => ({
  path: view.path ?? view.folder,
  folder: view.folder.replace(/^missing:/, ''),
  missing: view.missingSince !== null,
  importedAt: view.importedAt?.toISOString() ?? null,
  followedAt: view.baselineAt?.toISOString() ?? null,
  failing: view.trouble && {
    code: view.trouble.failure.code,
    title: titleOfFailure(view.trouble.failure),
    message: messageFor(view.trouble.failure, reach),
    since: view.trouble.since.toISOString(),
    attempts: view.trouble.attempts,
    retryAt: view.trouble.retryAt.toISOString(),
  },
  listedBy:
    view.fallback && view.fallbackCode !== null && view.fallbackSince
      ? {
          way: view.fallback.way,
          code: view.fallbackCode,
          title: titleOfFailure({ code: view.fallbackCode, category: 'protocol', values: {} }),
          since: view.fallbackSince.toISOString(),
          until: view.fallback.until.toISOString(),
        }
      : null,
  unlistedChanges: view.unlistedAt && { count: view.unlisted, lastAt: view.unlistedAt.toISOString() },
});

const titleOfFailure = ({ code, category, values }: Pick<StoredFailure, 'code' | 'category' | 'values'>): string =>
  explain({ code, category }, { username: '', ewsUrl: '', mailbox: '', values }).title;
