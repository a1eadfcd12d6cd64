import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../../platform/http/page.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { BodyLimit, megabyte } from '../../../platform/http/route-settings.js';
import { idParam } from '../../../platform/http/validation.js';
import { Caller, reachOf } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { DeliveryReportsStore } from '../delivery-reports/delivery-reports.store.js';
import { ProfileNamesStore } from '../../profiles/profile-names.store.js';
import { searchQuery } from '../search/search-words.js';
import { adoptBodyIdempotencyKey } from './body-idempotency-key.js';
import { originalContentRemoved, originalNotAttachable } from './message-composition.js';
import { showMessage, showSummary } from './outgoing-answer.js';
import { attachmentsTooLarge } from './outgoing-attachment.js';
import {
  mailboxDoesNotSend,
  notCancellable,
  nothingInDoubt,
  notRetryable,
  OutgoingMessages,
} from './outgoing-messages.js';
import { OutgoingViewsStore } from './outgoing-views.store.js';
import {
  newOutgoingMessage,
  outgoingAnswer,
  outgoingPage,
  outgoingQuery,
  retryOutgoing,
  type NewOutgoingMessage,
  type OutgoingAnswer,
  type OutgoingSummary,
  type RetryOutgoing,
} from './outgoing.schemas.js';

/** The largest attachments in base64 (60 MB), and room for the texts. */
const bodyLimit = 80 * megabyte;

@ApiTags('Outgoing messages')
@Controller('v1/outgoing-messages')
export class OutgoingMessagesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly messages: OutgoingMessages,
    private readonly views: OutgoingViewsStore,
    private readonly profileNames: ProfileNamesStore,
    private readonly posts: IdempotentPosts,
    private readonly reports: DeliveryReportsStore,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequireScope('write')
  @BodyLimit(bodyLimit)
  @ApiOperation({
    summary: 'Send a message',
    description:
      'Accepted is as good as sent once: the message goes out exactly once, also across crashes and lost answers. A mailbox that is failed or paused takes messages and sends them when it is back. Give an Idempotency-Key, or a repeated request is a second message.',
  })
  @Answers(201, 'The message, pending', outgoingAnswer)
  @AnswersProblem(mailboxDoesNotSend, attachmentsTooLarge, originalNotAttachable, originalContentRemoved)
  async send(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: newOutgoingMessage }) body: NewOutgoingMessage,
  ): Promise<OutgoingAnswer> {
    adoptBodyIdempotencyKey(post, body.idempotencyKey);
    return this.act(caller, post, 201, (manager) => this.messages.accept(manager, body, caller.profileIds));
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List and search outgoing messages', description: 'Newest first, without their content.' })
  @Answers(200, 'A page of messages', outgoingPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: outgoingQuery }) query: z.output<typeof outgoingQuery>,
  ): Promise<Page<OutgoingSummary>> {
    const now = this.clock.now();
    const { profileId = null, mailboxId = null, q, state: states } = query;
    const words = q === undefined ? null : searchQuery(q, { mailboxId, profileIds: reachOf(caller, profileId) });
    if (q !== undefined && words === null) return { items: [], nextCursor: null };
    const rows = await this.views.list(this.dataSource.manager, {
      profileIds: caller.profileIds,
      profileId,
      mailboxId,
      states,
      words,
      before: decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null,
      limit: query.limit + 1,
    });
    const names = await this.profileNames.of(rows.map((row) => row.profileId));
    return pageOf(
      rows,
      query.limit,
      (row) => showSummary(row, { profile: names(row.profileId), reach: caller.profileIds, now }),
      ({ id }) => [id],
    );
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read an outgoing message' })
  @Answers(200, 'The message', outgoingAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<OutgoingAnswer> {
    return this.show(caller, id);
  }

  @Post(':id/cancel')
  @RequireScope('write')
  @ApiOperation({ summary: 'Cancel a message', description: 'While it is pending; nobody then receives it.' })
  @Answers(200, 'The message, cancelled', outgoingAnswer)
  @AnswersProblem(notCancellable)
  async cancel(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<OutgoingAnswer> {
    return this.act(caller, post, 200, async (manager) => {
      await this.messages.cancel(manager, id, caller.profileIds);
      return id;
    });
  }

  @Post(':id/retry')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Retry a failed message',
    description:
      'One that may have been delivered is `sending` meanwhile: it is looked for on the server, and sent again only with `mayDeliverTwice`.',
  })
  @Answers(200, 'The message, waiting again', outgoingAnswer)
  @AnswersProblem(notRetryable, mailboxDoesNotSend)
  async retry(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: retryOutgoing }) body: RetryOutgoing,
  ): Promise<OutgoingAnswer> {
    return this.act(caller, post, 200, async (manager) => {
      await this.messages.retry(manager, id, body.mayDeliverTwice, caller.profileIds);
      return id;
    });
  }

  @Post(':id/mark-sent')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Mark a message as sent',
    description: 'One that failed because it may have been delivered, and of which somebody knows that it was.',
  })
  @Answers(200, 'The message, sent', outgoingAnswer)
  @AnswersProblem(nothingInDoubt)
  async markSent(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<OutgoingAnswer> {
    return this.act(caller, post, 200, async (manager) => {
      await this.messages.markSent(manager, id, caller.profileIds);
      return id;
    });
  }

  /** Only the id is kept for repetitions, which then see the message as it is by then. */
  private async act(
    caller: Caller,
    post: PostInProgress,
    status: number,
    effect: (manager: EntityManager) => Promise<string>,
  ): Promise<OutgoingAnswer> {
    const { id } = await this.posts.run(post, async (manager) => ({ status, body: { id: await effect(manager) } }));
    return this.show(caller, id);
  }

  private async show(caller: Caller, id: string): Promise<OutgoingAnswer> {
    const view = await this.views.find(this.dataSource.manager, id, caller.profileIds);
    if (!view) throw new Problem(problems.notFound);
    const content = await this.views.contentOf(this.dataSource.manager, id);
    const reports = await this.reports.of(this.dataSource.manager, id);
    const names = await this.profileNames.of([view.profileId]);
    const context = { profile: names(view.profileId), reach: caller.profileIds, now: this.clock.now() };
    return showMessage(view, content, reports, context);
  }
}
