import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../platform/http/page.js';
import { BodyLimit, megabyte } from '../../platform/http/route-settings.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import { choiceOf, mailboxQuery } from './mailbox-search.schemas.js';
import type { MailboxEvent } from './mailbox-state.js';
import { mailboxNotApproved } from './approvals.js';
import { mailboxExists, mailboxPaused, Mailboxes } from './mailboxes.js';
import {
  batchResult,
  mailboxAnswer,
  mailboxBatch,
  mailboxPage,
  mailboxPatch,
  newMailbox,
  showMailbox,
  type BatchResult,
  type MailboxAnswer,
  type MailboxPatch,
  type NewMailboxBody,
} from './mailboxes.schemas.js';
import { MailboxesStore, type MailboxView } from './mailboxes.store.js';

@ApiTags('Mailboxes')
@Controller('v1/mailboxes')
export class MailboxesController {
  constructor(
    private readonly mailboxes: Mailboxes,
    private readonly store: MailboxesStore,
    private readonly profileNames: ProfileNamesStore,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequireScope('write')
  @ApiOperation({
    summary: 'Create a mailbox',
    description:
      'Its first sync starts at once, unless `start` is `after-test`, or mailboxes need an approval first: it is then created paused.',
  })
  @Answers(201, 'The mailbox', mailboxAnswer)
  @AnswersProblem(mailboxExists)
  async create(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: newMailbox }) body: NewMailboxBody,
  ): Promise<MailboxAnswer> {
    const { id } = await this.posts.run(post, async (manager) => {
      const created = await this.mailboxes.create(manager, body, caller.profileIds);
      return { status: 201, body: { id: created } };
    });
    return this.show(await this.mailboxes.read(id, caller.profileIds), caller);
  }

  @Post('batch')
  @BodyLimit(20 * megabyte)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Create many mailboxes',
    description:
      'Up to 10,000 rows in one call, in one transaction. Rows that are not valid, or whose address is there already, are told and do not stop the others. With `dryRun` nothing is created, and `created` are those that would be.',
  })
  @Answers(200, 'Each row’s own result, in the order of the request', batchResult)
  async createMany(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: mailboxBatch }) body: z.output<typeof mailboxBatch>,
  ): Promise<BatchResult> {
    return this.posts.run(post, async (manager) => ({
      status: 200,
      body: await this.mailboxes.createMany(manager, body.mailboxes, caller.profileIds, body.dryRun),
    }));
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List mailboxes', description: 'Oldest first.' })
  @Answers(200, 'A page of mailboxes', mailboxPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: mailboxQuery }) query: z.output<typeof mailboxQuery>,
  ): Promise<Page<MailboxAnswer>> {
    const after = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const filter = {
      ...choiceOf(query, caller),
      after,
      limit: query.limit + 1,
    };
    const rows = await this.store.list(filter, this.clock.now());
    const names = await this.profileNames.of(rows.map((row) => row.profileId));
    return pageOf(
      rows,
      query.limit,
      (row) => showMailbox(row, names(row.profileId), caller.profileIds),
      ({ id }) => [id],
    );
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a mailbox' })
  @Answers(200, 'The mailbox', mailboxAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<MailboxAnswer> {
    return this.show(await this.mailboxes.read(id, caller.profileIds), caller);
  }

  @Patch(':id')
  @RequireScope('write')
  @ApiOperation({ summary: 'Change a mailbox', description: 'A corrected address or connecting SID is tried at once.' })
  @Answers(200, 'The mailbox', mailboxAnswer)
  @AnswersProblem(mailboxExists)
  async patch(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: mailboxPatch }) body: MailboxPatch,
  ): Promise<MailboxAnswer> {
    await this.mailboxes.patch(id, body, caller.profileIds, caller.id);
    return this.show(await this.mailboxes.read(id, caller.profileIds), caller);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Delete a mailbox',
    description: 'With its messages here; nothing changes on the server. Waiting outgoing messages are not sent.',
  })
  @Answers(204, 'Deleted')
  async remove(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    await this.mailboxes.remove(id, caller.profileIds);
  }

  @Post(':id/sync')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Sync now',
    description: 'Before everything else that waits; for a failed mailbox this is the probe that can bring it back.',
  })
  @Answers(202, 'The mailbox; see lastSyncAt for the result', mailboxAnswer)
  @AnswersProblem(mailboxPaused, mailboxNotApproved)
  async sync(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<MailboxAnswer> {
    return this.act(caller, post, id, { type: 'sync-requested' }, 202);
  }

  @Post(':id/pause')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Pause a mailbox',
    description: 'Nothing is received or sent until it is resumed; outgoing messages wait.',
  })
  @Answers(200, 'The mailbox', mailboxAnswer)
  async pause(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<MailboxAnswer> {
    return this.act(caller, post, id, { type: 'paused' }, 200);
  }

  @Post(':id/resume')
  @RequireScope('write')
  @ApiOperation({ summary: 'Resume a paused mailbox', description: 'It syncs at once, from where it stood.' })
  @Answers(200, 'The mailbox', mailboxAnswer)
  @AnswersProblem(mailboxNotApproved)
  async resume(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<MailboxAnswer> {
    return this.act(caller, post, id, { type: 'resumed' }, 200);
  }

  private async act(
    caller: Caller,
    post: PostInProgress,
    id: string,
    event: Extract<MailboxEvent, { type: 'paused' | 'resumed' | 'sync-requested' }>,
    status: number,
  ): Promise<MailboxAnswer> {
    await this.posts.run(post, async (manager) => {
      await this.mailboxes.act(manager, id, event, caller.profileIds, caller.id);
      return { status, body: null };
    });
    return this.show(await this.mailboxes.read(id, caller.profileIds), caller);
  }

  private async show(mailbox: MailboxView, caller: Caller): Promise<MailboxAnswer> {
    const names = await this.profileNames.of([mailbox.profileId]);
    return showMailbox(mailbox, names(mailbox.profileId), caller.profileIds);
  }
}
