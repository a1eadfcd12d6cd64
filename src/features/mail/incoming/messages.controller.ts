import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import contentDisposition from 'content-disposition';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { decodeCursor, pageOf, type Page } from '../../../platform/http/page.js';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import { idParam, plainText } from '../../../platform/http/validation.js';
import { Caller, reachOf } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { searchQuery } from '../search/search-words.js';
import { blockNote } from './attachment-rules.js';
import { downloadName } from './download-name.js';
import { FoldersStore } from './folders.store.js';
import { inlineImageType } from './inline-image.js';
import { ItemFailuresStore } from './item-failures.store.js';
import { withMime } from './mime-reading.js';
import {
  attachmentQuery,
  folderList,
  itemFailurePage,
  itemFailureQuery,
  messageAnswer,
  messagePage,
  messageQuery,
  showFolder,
  showItemFailure,
  showMessage,
  showSummary,
  type messageSummary,
} from './messages.schemas.js';
import { MessageSearchStore } from './message-search.store.js';
import { MessagesStore, type ContentRow, type MessageRow } from './messages.store.js';

/** Microseconds since 1970, within what PostgreSQL can add to it. */
const instant = z.string().regex(/^(?:\d{1,17}|-\d{1,16})$/);
export const attachmentBlocked = defineProblem({
  code: 'attachment-blocked',
  status: 404,
  title: 'The attachment was not stored',
  retryable: false,
  remediation: 'Open it in the mailbox. For mail to come, change the profile’s settings of what is not stored.',
});

export const attachmentUnavailable = defineProblem({
  code: 'attachment-unavailable',
  status: 404,
  title: 'The mail server does not show the attachment',
  retryable: true,
  remediation:
    'Postroom reads it again over two weeks; the message’s `attachments` say when, and `message.updated` tells that it is there.',
});

export const notAnImage = defineProblem({
  code: 'not-an-image',
  status: 406,
  title: 'The attachment is no picture that can be shown in a page',
  retryable: false,
  remediation: 'Download it without `disposition=inline`. Only PNG, JPEG, GIF and WebP are shown.',
});

const positionParam = z.coerce.number().int().min(0).max(100_000);

export const contentRemoved = defineProblem({
  code: 'content-removed',
  status: 410,
  title: 'The content of the message has been removed',
  retryable: false,
  remediation: 'The profile keeps content for `contentRetentionDays`; ask the mail server, which still may hold it.',
});

const withoutContent: ContentRow = {
  text_body: null,
  html_body: null,
  headers: [],
  has_mime: false,
  omitted: null,
  incomplete: false,
};

/** @throws Problem content-removed */
function contentOf(message: MessageRow): string {
  if (message.content_id !== null) return message.content_id;
  throw new Problem(contentRemoved, `The content was removed at ${message.content_removed_at?.toISOString()}.`);
}

@ApiTags('Messages')
@Controller('v1')
export class MessagesController {
  constructor(
    private readonly messages: MessagesStore,
    private readonly search: MessageSearchStore,
    private readonly itemFailures: ItemFailuresStore,
    private readonly folderViews: FoldersStore,
  ) {}

  @Get('messages')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List and search messages',
    description: 'Of all mailboxes that the caller sees, of one, or of a thread. Newest first, without bodies.',
  })
  @Answers(200, 'A page of messages', messagePage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: messageQuery }) query: z.output<typeof messageQuery>,
  ): Promise<Page<z.output<typeof messageSummary>>> {
    if (query.mailboxId !== undefined) await this.checkMailbox(caller, query.mailboxId);
    const rows = await this.find(caller, query);
    return pageOf(rows, query.limit, showSummary, (row) => [row.position, row.id]);
  }

  @Get('messages/:id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a message', description: 'With bodies, headers and what is attached.' })
  @Answers(200, 'The message', messageAnswer)
  async read(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.output<typeof messageAnswer>> {
    const message = await this.message(caller, id);
    if (message.content_id === null) return showMessage(message, withoutContent, [], [], null);
    const [content, attachments, sightings] = await Promise.all([
      this.messages.content(message.content_id),
      this.messages.attachments(message.content_id),
      this.messages.sightings(message.content_id),
    ]);
    // Removed between the two reads: shown as it is now.
    if (!content) return showMessage(await this.message(caller, id), withoutContent, [], [], null);
    const retryAt = content.incomplete ? await this.messages.nextReading(message.id) : null;
    return showMessage(message, content, attachments, sightings, retryAt);
  }

  @Get('messages/:id/mime')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Download the original message',
    description: 'The MIME, byte for byte as the server gave it (message/rfc822).',
  })
  @Answers(200, 'The MIME')
  @AnswersProblem(contentRemoved)
  async mime(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const message = await this.message(caller, id);
    const mime = await this.messages.mime(contentOf(message));
    if (!mime) throw new Problem(problems.notFound, 'The server could not show the original of this message.');
    download(reply, mime, 'message/rfc822', `${id}.eml`);
  }

  @Get('messages/:id/attachments/:position')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Download an attachment',
    description:
      'By its position in the message’s list of attachments. `disposition=inline` is for pictures that the HTML shows by `cid:` and the attachment’s `contentId`.',
  })
  @Answers(200, 'The attachment’s bytes')
  @AnswersProblem(attachmentBlocked, attachmentUnavailable, contentRemoved, notAnImage)
  async attachment(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Param('position', { schema: positionParam }) position: number,
    @Query({ schema: attachmentQuery }) { disposition }: z.output<typeof attachmentQuery>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const message = await this.message(caller, id);
    const contentId = contentOf(message);
    const attachment = (await this.messages.attachments(contentId)).find(
      (candidate) => candidate.position === position,
    );
    if (attachment?.blocked)
      throw new Problem(attachmentBlocked, blockNote(attachment.blocked, attachment.filename, attachment.size_bytes));
    if (attachment?.unavailable) throw new Problem(attachmentUnavailable, attachment.unavailable.message);
    const bytes =
      attachment &&
      ((await this.messages.attachmentBytes(contentId, position)) ?? (await this.fromMime(contentId, position)));
    if (!attachment || !bytes) throw new Problem(problems.notFound, 'The message has no attachment at this position.');
    const filename = downloadName(attachment.filename, `attachment-${position}`);
    if (disposition === 'attachment') return download(reply, bytes, attachment.content_type, filename);
    const imageType = inlineImageType(bytes);
    if (imageType === null) throw new Problem(notAnImage);
    download(reply, bytes, imageType, filename, 'inline');
  }

  @Get('mailboxes/:id/item-failures')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List items of a mailbox that could not be read',
    description:
      'They are tried again over 14 days, and as soon as others like them can be read; the rest of the mailbox goes on.',
  })
  @Answers(200, 'A page of item failures', itemFailurePage)
  async failures(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: itemFailureQuery }) query: z.output<typeof itemFailureQuery>,
  ): Promise<Page<ReturnType<typeof showItemFailure>>> {
    await this.checkMailbox(caller, id);
    const after = decodeCursor(query.cursor, z.tuple([plainText(1_000)]))?.[0] ?? null;
    const rows = await this.itemFailures.list(id, after, query.limit + 1);
    return pageOf(rows, query.limit, showItemFailure, ({ itemId }) => [itemId]);
  }

  @Get('mailboxes/:id/folders')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List the folders that a mailbox is watched in',
    description: 'With how far each has come, and paths that lead nowhere on the server.',
  })
  @Answers(200, 'The folders', folderList)
  async folders(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.output<typeof folderList>> {
    await this.checkMailbox(caller, id);
    return { items: (await this.folderViews.views(id)).map((view) => showFolder(view, caller.profileIds)) };
  }

  private async find(caller: Caller, query: z.output<typeof messageQuery>): ReturnType<MessageSearchStore['find']> {
    const { mailboxId = null, profileId = null, threadId, from = null, to = null } = query;
    const cursor = decodeCursor(query.cursor, z.tuple([instant, z.uuid()]));
    const before = cursor && { receivedMicros: cursor[0], id: cursor[1] };
    const limit = query.limit + 1;
    if (threadId !== undefined)
      return this.messages.listOfThread({ threadId, mailboxId, profileIds: caller.profileIds, before, limit });
    if (mailboxId !== null && query.q === undefined)
      return this.messages.list({ mailboxId, profileId, from, to, before, limit });
    const profileIds = reachOf(caller, profileId);
    const words = query.q === undefined ? null : searchQuery(query.q, { mailboxId, profileIds });
    if ((query.q !== undefined && words === null) || profileIds?.length === 0) return [];
    return this.search.find({ words, mailboxId, profileIds, from, to, before, limit });
  }

  private async message(caller: Caller, id: string): Promise<MessageRow> {
    const message = await this.messages.find(id, caller.profileIds);
    if (!message) throw new Problem(problems.notFound);
    return message;
  }

  private async checkMailbox(caller: Caller, mailboxId: string): Promise<void> {
    if (!(await this.messages.seesMailbox(mailboxId, caller.profileIds)))
      throw new Problem(problems.notFound, 'There is no mailbox of this id.');
  }

  private async fromMime(contentId: string, position: number): Promise<Buffer | null> {
    const mime = await this.messages.mime(contentId);
    return mime && withMime('attachment', mime, { position });
  }
}

/** Browsers disagree on other signs in a plain file name; those get the whole name beside it, encoded. */
const plainName = (filename: string): string => filename.replace(/[^\x20-\x7e]/g, '_');

const typeForm = /^[\w.+-]+\/[\w.+-]+$/;
/** What a page would load as a script or a style: the console's policy allows it those of this server, which this is. */
const loadable = /(?:java|ecma|live|\bj)script|\/css$/i;

/** Mail is written by strangers: whatever the type says, a browser must save it and run nothing in it. */
function download(
  reply: FastifyReply,
  bytes: Buffer,
  contentType: string,
  filename: string,
  type: 'attachment' | 'inline' = 'attachment',
): void {
  void reply
    .header(
      'content-type',
      typeForm.test(contentType) && !loadable.test(contentType) ? contentType : 'application/octet-stream',
    )
    .header('content-disposition', contentDisposition(filename, { type, fallback: plainName(filename) }))
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('x-content-type-options', 'nosniff')
    .send(bytes);
}
