import { Body, Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../platform/http/page.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { mailboxNotApproved } from '../mailboxes/approvals.js';
import { Mailboxes } from '../mailboxes/mailboxes.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import { MailboxTests } from './mailbox-tests.js';
import {
  newTest,
  showTest,
  testAnswer,
  testPage,
  testQuery,
  testWaitQuery,
  waitSecondsOf,
  wishOfBody,
  type NewTest,
  type TestAnswer,
} from './mailbox-tests.schemas.js';
import { MailboxTestViewsStore } from './mailbox-test-views.store.js';

@ApiTags('Mailbox tests')
@Controller('v1')
export class MailboxTestsController {
  constructor(
    private readonly tests: MailboxTests,
    private readonly views: MailboxTestViewsStore,
    private readonly mailboxes: Mailboxes,
    private readonly profileNames: ProfileNamesStore,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Post('mailboxes/:id/test')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Test a mailbox',
    description:
      'Receiving and sending, each with its own result, by the code that does both; whatever state the mailbox is in, and before everything else that waits. A test that is active takes the wish on. What passes brings back a mailbox that failed over it; what fails stops nothing.',
  })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: '`wait=n`: the answer comes with the end of the test, or after n seconds',
  })
  @Answers(202, 'The test, waiting or running', testAnswer)
  @Answers(200, 'The test, ended within the time that the caller waits', testAnswer)
  @AnswersProblem(mailboxNotApproved)
  async ask(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) mailboxId: string,
    @Query({ schema: testWaitQuery }) query: z.output<typeof testWaitQuery>,
    @Headers('prefer') prefer: string | undefined,
    @Body({ schema: newTest }) body: NewTest,
  ): Promise<TestAnswer> {
    const { id } = await this.posts.run(post, async (manager) => ({
      status: 202,
      body: { id: await this.tests.ask(manager, mailboxId, wishOfBody(body), caller.profileIds) },
    }));
    const gone = new AbortController();
    const abort = () => gone.abort();
    const { socket } = post.request.raw;
    socket.once('close', abort);
    try {
      await this.tests.waitFor(id, waitSecondsOf(query, prefer), gone.signal);
    } finally {
      socket.off('close', abort);
    }
    const test = await this.show(caller, id);
    void post.reply.header('location', test.url);
    if (test.state === 'ended') void post.reply.status(200);
    return test;
  }

  @Get('mailboxes/:id/tests')
  @RequireScope('read')
  @ApiOperation({ summary: 'List a mailbox’s tests', description: 'Newest first; the last 20 are kept.' })
  @Answers(200, 'A page of tests', testPage)
  async list(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) mailboxId: string,
    @Query({ schema: testQuery }) query: z.output<typeof testQuery>,
  ): Promise<Page<TestAnswer>> {
    const mailbox = await this.mailboxes.read(mailboxId, caller.profileIds);
    const before = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const rows = await this.views.ofMailbox(mailboxId, before, query.limit + 1, this.clock.now());
    const names = (await this.profileNames.of([mailbox.profileId]))(mailbox.profileId);
    return pageOf(
      rows,
      query.limit,
      (row) => showTest(row, names, caller.profileIds),
      ({ id }) => [id],
    );
  }

  @Get('mailbox-tests/:id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a test', description: 'With its steps.' })
  @Answers(200, 'The test', testAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<TestAnswer> {
    return this.show(caller, id);
  }

  private async show(caller: Caller, id: string): Promise<TestAnswer> {
    const test = await this.tests.read(id, caller.profileIds);
    const names = await this.profileNames.of([test.profileId]);
    return showTest(test, names(test.profileId), caller.profileIds);
  }
}
