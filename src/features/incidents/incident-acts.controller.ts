import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, pageQuery, type Page } from '../../platform/http/page.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import type { Actor } from './actor.js';
import {
  assignment,
  commentAnswer,
  commentPage,
  newComment,
  showComment,
  snooze,
  type CommentAnswer,
} from './incident-acts.schemas.js';
import { incidentClosed, IncidentActs, incidentShared } from './incident-acts.js';
import { IncidentActsStore } from './incident-acts.store.js';
import { IncidentReader } from './incident-reader.js';
import { incidentAnswer, type IncidentAnswer } from './incidents.schemas.js';

const maxSnoozeMs = 90 * 24 * 60 * 60_000;
const commentQuery = z.strictObject(pageQuery.shape);

@ApiTags('Incidents')
@Controller('v1/incidents/:id')
export class IncidentActsController {
  constructor(
    private readonly reader: IncidentReader,
    private readonly acts: IncidentActs,
    private readonly store: IncidentActsStore,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Post('acknowledge')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Acknowledge an incident',
    description:
      'Somebody takes it up: nobody is reminded daily and the escalation contact is not told, until it stops further mailboxes. Its end is told. Acknowledging again changes nothing.',
  })
  @Answers(200, 'The incident', incidentAnswer)
  @AnswersProblem(incidentClosed, incidentShared)
  async acknowledge(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<IncidentAnswer> {
    return this.act(caller, post, id, (manager, by) => this.acts.acknowledge(manager, id, by));
  }

  @Post('snooze')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Snooze an incident',
    description:
      'Nobody is mailed about it until then, and the escalation contact waits as well. Then there is one digest if it is still open. Its end is told at any time. Snoozing again sets another time; null ends it, as if its time had come.',
  })
  @Answers(200, 'The incident', incidentAnswer)
  @AnswersProblem(incidentClosed, incidentShared)
  async snooze(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: snooze }) body: z.output<typeof snooze>,
  ): Promise<IncidentAnswer> {
    const until = body.until === null ? null : this.ahead(new Date(body.until));
    return this.act(caller, post, id, (manager, by) => this.acts.snooze(manager, id, until, by));
  }

  @Post('reassign')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Give an incident to somebody else',
    description:
      'Further mail goes to them in place of the owner, beginning with what happened, unless they were told before. The former one is told nothing more. Null gives it back to the owner.',
  })
  @Answers(200, 'The incident', incidentAnswer)
  @AnswersProblem(incidentClosed, incidentShared)
  async reassign(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: assignment }) body: z.output<typeof assignment>,
  ): Promise<IncidentAnswer> {
    return this.act(caller, post, id, (manager, by) => this.acts.reassign(manager, id, body.assignee, by));
  }

  @Get('comments')
  @RequireScope('read')
  @ApiOperation({ summary: 'List the comments on an incident', description: 'Newest first.' })
  @Answers(200, 'A page of comments', commentPage)
  @AnswersProblem(incidentShared)
  async comments(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: commentQuery }) query: z.output<typeof commentQuery>,
  ): Promise<Page<CommentAnswer>> {
    await this.reader.findWhole(id, caller.profileIds);
    const before = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const rows = await this.store.comments(id, before, query.limit + 1);
    return pageOf(rows, query.limit, showComment, (row) => [row.id]);
  }

  @Post('comments')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Comment on an incident',
    description: 'Also when it is over. Nobody is mailed; the feed tells that there is a comment.',
  })
  @Answers(201, 'The comment', commentAnswer)
  @AnswersProblem(incidentShared)
  async comment(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: newComment }) body: z.output<typeof newComment>,
  ): Promise<CommentAnswer> {
    await this.reader.findWhole(id, caller.profileIds);
    return this.posts.run(post, async (manager) => ({
      status: 201,
      body: showComment(await this.acts.comment(manager, id, body.text, actorOf(caller))),
    }));
  }

  /** @throws Problem invalid-request */
  private ahead(until: Date): Date {
    const ms = until.getTime() - this.clock.now().getTime();
    if (ms > 0 && ms <= maxSnoozeMs) return until;
    const message = ms <= 0 ? 'must be in the future' : 'must be at most 90 days ahead';
    throw new Problem(problems.invalidRequest, `until: ${message}`, { errors: [{ field: 'until', message }] });
  }

  private async act(
    caller: Caller,
    post: PostInProgress,
    id: string,
    effect: (manager: EntityManager, by: Actor) => Promise<void>,
  ): Promise<IncidentAnswer> {
    await this.reader.findWhole(id, caller.profileIds);
    await this.posts.run(post, async (manager) => {
      await effect(manager, actorOf(caller));
      return { status: 200, body: null };
    });
    return this.reader.show(id, caller.profileIds);
  }
}

const actorOf = ({ id, name }: Caller): Actor => ({ id, name });
