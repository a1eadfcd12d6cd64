import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../../platform/http/page.js';
import { idParam } from '../../../platform/http/validation.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { Mailboxes } from '../../mailboxes/mailboxes.js';
import { ProfileNamesStore } from '../../profiles/profile-names.store.js';
import type { Backfill } from './backfill.js';
import { backfillActive, backfillOver, Backfills } from './backfills.js';
import {
  backfillAnswer,
  backfillPage,
  backfillQuery,
  newBackfill,
  showBackfill,
  type BackfillAnswer,
  type NewBackfill,
} from './backfills.schemas.js';
import { BackfillsStore } from './backfills.store.js';

@ApiTags('Mailboxes')
@Controller('v1/mailboxes/:id')
export class BackfillsController {
  constructor(
    private readonly backfills: Backfills,
    private readonly store: BackfillsStore,
    private readonly mailboxes: Mailboxes,
    private readonly profileNames: ProfileNamesStore,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post('backfill')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Bring older mail',
    description:
      'Stores mail that was received before the profile’s processEmailsFrom, at low priority and each message once. One backfill a mailbox is active at a time; it outlives restarts, and waits while the mailbox is failed or paused.',
  })
  @Answers(202, 'The backfill, active', backfillAnswer)
  @AnswersProblem(backfillActive)
  async request(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) mailboxId: string,
    @Body({ schema: newBackfill }) body: NewBackfill,
  ): Promise<BackfillAnswer> {
    const { id } = await this.posts.run(post, async (manager) => ({
      status: 202,
      body: { id: await this.backfills.request(manager, mailboxId, body, caller.profileIds) },
    }));
    return this.read(caller, mailboxId, id);
  }

  @Get('backfills')
  @RequireScope('read')
  @ApiOperation({ summary: 'List a mailbox’s backfills', description: 'Newest first.' })
  @Answers(200, 'A page of backfills', backfillPage)
  async list(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) mailboxId: string,
    @Query({ schema: backfillQuery }) query: z.output<typeof backfillQuery>,
  ): Promise<Page<BackfillAnswer>> {
    const mailbox = await this.mailboxes.read(mailboxId, caller.profileIds);
    const before = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const rows = await this.store.list(mailboxId, before, query.limit + 1);
    const names = (await this.profileNames.of([mailbox.profileId]))(mailbox.profileId);
    return pageOf(
      rows,
      query.limit,
      (row) => showBackfill(row, { ...names, mailbox: mailbox.emailAddress }, caller.profileIds),
      ({ id }) => [id],
    );
  }

  @Get('backfills/:backfillId')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a backfill', description: 'With its progress.' })
  @Answers(200, 'The backfill', backfillAnswer)
  async readOne(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) mailboxId: string,
    @Param('backfillId', { schema: idParam }) id: string,
  ): Promise<BackfillAnswer> {
    return this.read(caller, mailboxId, id);
  }

  @Post('backfills/:backfillId/cancel')
  @RequireScope('write')
  @ApiOperation({ summary: 'Cancel a backfill', description: 'What it has stored stays.' })
  @Answers(200, 'The backfill, cancelled', backfillAnswer)
  @AnswersProblem(backfillOver)
  async cancel(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) mailboxId: string,
    @Param('backfillId', { schema: idParam }) id: string,
  ): Promise<BackfillAnswer> {
    await this.posts.run(post, async (manager) => {
      await this.backfills.cancel(manager, mailboxId, id, caller.profileIds);
      return { status: 200, body: null };
    });
    return this.read(caller, mailboxId, id);
  }

  private async read(caller: Caller, mailboxId: string, id: string): Promise<BackfillAnswer> {
    const backfill: Backfill = await this.backfills.read(mailboxId, id, caller.profileIds);
    const mailbox = await this.mailboxes.read(mailboxId, caller.profileIds);
    const names = (await this.profileNames.of([backfill.profileId]))(backfill.profileId);
    return showBackfill(backfill, { ...names, mailbox: mailbox.emailAddress }, caller.profileIds);
  }
}
