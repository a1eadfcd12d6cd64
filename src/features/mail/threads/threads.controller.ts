import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../../platform/http/answers.js';
import { decodeCursor, pageOf, type Page } from '../../../platform/http/page.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { idParam } from '../../../platform/http/validation.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { ThreadViewsStore } from './thread-views.store.js';
import {
  showThread,
  showThreadMessage,
  threadAnswer,
  threadMessagesQuery,
  threadPage,
  threadQuery,
  type threadSummary,
} from './threads.schemas.js';

/** Microseconds since 1970, within what PostgreSQL can add to it, and the id of the row. */
const position = z.tuple([z.string().regex(/^(?:\d{1,17}|-\d{1,16})$/), z.uuid()]);

@ApiTags('Threads')
@Controller('v1/threads')
export class ThreadsController {
  constructor(private readonly views: ThreadViewsStore) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'List threads',
    description:
      'Newest activity first. A thread spans the mailboxes of its profile, and holds what was received and what was sent.',
  })
  @Answers(200, 'A page of threads', threadPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: threadQuery }) query: z.output<typeof threadQuery>,
  ): Promise<Page<z.output<typeof threadSummary>>> {
    const { profileId, mailboxId, limit } = query;
    const cursor = decodeCursor(query.cursor, position);
    const before = cursor && { micros: cursor[0], id: cursor[1] };
    const profileIds = profileId === undefined ? caller.profileIds : caller.sees(profileId) ? [profileId] : [];
    const filter = { profileIds, before, limit: limit + 1 };
    if (mailboxId === undefined)
      return pageOf(await this.views.list(filter), limit, showThread, (row) => [row.position, row.id]);
    const rows = await this.views.listOfMailbox(mailboxId, filter);
    return pageOf(rows, limit, showThread, (row) => [row.position, row.positionId]);
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Read a thread with its messages',
    description: 'The id of a thread that was merged into another one answers with that one.',
  })
  @Answers(200, 'The thread, and a page of its messages', threadAnswer)
  async read(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: threadMessagesQuery }) query: z.output<typeof threadMessagesQuery>,
  ): Promise<z.output<typeof threadAnswer>> {
    const cursor = decodeCursor(query.cursor, position);
    const thread = await this.views.find(id, caller.profileIds);
    if (!thread) throw new Problem(problems.notFound);
    const after = cursor && { micros: cursor[0], id: cursor[1] };
    const rows = await this.views.messages(thread.id, after, query.limit + 1);
    const page = pageOf(rows, query.limit, showThreadMessage, (row) => [row.position, row.id]);
    return { ...showThread(thread), messages: page.items, nextCursor: page.nextCursor };
  }
}
