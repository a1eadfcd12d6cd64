import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../platform/http/page.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import { showTest, wishOfBody, type TestAnswer } from './mailbox-tests.schemas.js';
import { MailboxTestViewsStore } from './mailbox-test-views.store.js';
import { TestBatches, testBatchOver } from './test-batches.js';
import {
  batchResultsPage,
  batchResultsQuery,
  newTestBatch,
  selectionOf,
  showBatch,
  testBatchAnswer,
  type NewTestBatch,
  type TestBatchAnswer,
} from './test-batches.schemas.js';

@ApiTags('Mailbox tests')
@Controller('v1/mailbox-test-batches')
export class TestBatchesController {
  constructor(
    private readonly batches: TestBatches,
    private readonly views: MailboxTestViewsStore,
    private readonly profileNames: ProfileNamesStore,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequireScope('write')
  @ApiOperation({
    summary: 'Test many mailboxes',
    description:
      'By their ids, by profile, or by a filter; of those that the key sees. They are tested behind everything else, within the budget of each profile, and wait while a profile or server is held. A mailbox that nobody has approved is tested and not enabled.',
  })
  @Answers(202, 'The batch', testBatchAnswer)
  async create(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: newTestBatch }) body: NewTestBatch,
  ): Promise<TestBatchAnswer> {
    const { id } = await this.posts.run(post, async (manager) => ({
      status: 202,
      body: { id: await this.batches.create(manager, selectionOf(body), wishOfBody(body), caller.profileIds) },
    }));
    const answer = await this.show(caller, id);
    void post.reply.header('location', answer.url);
    return answer;
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a batch of tests', description: 'With its progress by result and by cause.' })
  @Answers(200, 'The batch', testBatchAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<TestBatchAnswer> {
    return this.show(caller, id);
  }

  @Get(':id/results')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List the tests of a batch',
    description: 'As far as they are kept: the last 20 of each mailbox.',
  })
  @Answers(200, 'A page of tests', batchResultsPage)
  async results(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: batchResultsQuery }) query: z.output<typeof batchResultsQuery>,
  ): Promise<Page<TestAnswer>> {
    await this.batches.read(id, caller.profileIds);
    const after = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const filter = { result: query.result ?? null, cause: query.code ?? null, after };
    const rows = await this.views.ofBatch(id, filter, query.limit + 1, this.clock.now());
    const names = await this.profileNames.of(rows.map((row) => row.profileId));
    return pageOf(
      rows,
      query.limit,
      (row) => showTest(row, names(row.profileId), caller.profileIds),
      (row) => [row.id],
    );
  }

  @Post(':id/cancel')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Cancel a batch of tests',
    description: 'What has not begun is not tested; what is under way ends by itself.',
  })
  @Answers(200, 'The batch, cancelled', testBatchAnswer)
  @AnswersProblem(testBatchOver)
  async cancel(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<TestBatchAnswer> {
    await this.posts.run(post, async (manager) => {
      await this.batches.cancel(manager, id, caller.profileIds);
      return { status: 200, body: null };
    });
    return this.show(caller, id);
  }

  private async show(caller: Caller, id: string): Promise<TestBatchAnswer> {
    const { batch, totals } = await this.batches.read(id, caller.profileIds);
    return showBatch(batch, totals);
  }
}
