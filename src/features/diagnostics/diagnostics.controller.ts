import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../platform/http/page.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { idParam } from '../../platform/http/validation.js';
import { beyondOwnReach } from '../identity/api-keys/api-keys.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { DiagnosticReports } from './diagnostic-reports.js';
import { DiagnosticReportsStore } from './diagnostic-reports.store.js';
import { stepFor } from './diagnostic-step.js';
import { Diagnostics, tooManyDiagnostics } from './diagnostics.js';
import {
  diagnosticLine,
  newDiagnostics,
  newShare,
  reportAnswer,
  reportPage,
  reportQuery,
  shareAnswer,
  showHead,
  showReport,
  type NewDiagnostics,
  type NewShare,
  type ReportAnswer,
  type ReportHeadAnswer,
  type ShareAnswer,
} from './diagnostics.schemas.js';
import { StepStream } from './step-stream.js';

@ApiTags('Diagnostics')
@Controller('v1/diagnostics')
export class DiagnosticsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly diagnostics: Diagnostics,
    private readonly reports: DiagnosticReports,
    private readonly store: DiagnosticReportsStore,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Analyse the connection to a server',
    description:
      'Walks from the name of the server to its mail and sends each step as it ends, one JSON object a line; the last line is the summary. With Accept: text/event-stream they come as server-sent events. A draft is saved in the mailbox and deleted again. A server without a profile needs the scope `admin`. Asked again, it runs again, with an Idempotency-Key too.',
  })
  @ApiProduces('application/x-ndjson', 'text/event-stream')
  @Answers(200, 'One step a line, and the summary', diagnosticLine)
  @AnswersProblem(tooManyDiagnostics, beyondOwnReach)
  async analyse(
    @Caller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body({ schema: newDiagnostics }) body: NewDiagnostics,
  ): Promise<void> {
    const running = this.diagnostics.begin(await this.diagnostics.prepare(body, caller));
    const stream = new StepStream(request, reply);
    try {
      stream.open();
      const { summary, reportId } = await running.finish(
        (step) => stream.send('step', stepFor(step, caller.profileIds)),
        stream.signal,
      );
      stream.send('summary', { ...summary, reportId });
    } finally {
      running.release();
      stream.end();
    }
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List kept reports', description: 'Newest first, without their steps.' })
  @Answers(200, 'A page of reports', reportPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: reportQuery }) query: z.output<typeof reportQuery>,
  ): Promise<Page<ReportHeadAnswer>> {
    const before = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const { profileId = null, limit } = query;
    const filter = { profileIds: caller.profileIds, profileId, before, limit: limit + 1 };
    const rows = await this.store.list(this.dataSource.manager, filter, this.clock.now());
    return pageOf(rows, limit, showHead, ({ id }) => [id]);
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a kept report' })
  @Answers(200, 'The report', reportAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<ReportAnswer> {
    const report = await this.store.find(this.dataSource.manager, id, caller.profileIds, this.clock.now());
    if (!report) throw new Problem(problems.notFound);
    return showReport(report, caller.profileIds);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({ summary: 'Delete a kept report', description: 'Its link ends with it.' })
  @Answers(204, 'Deleted')
  async remove(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    if (!(await this.store.remove(this.dataSource.manager, id, caller.profileIds)))
      throw new Problem(problems.notFound);
  }

  @Post(':id/share')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Share a kept report by a link',
    description: 'Whoever has the link reads the report without an API key. It takes the place of an earlier link.',
  })
  @Answers(201, 'The link', shareAnswer)
  async share(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: newShare }) body: NewShare,
  ): Promise<ShareAnswer> {
    return this.posts.run<ShareAnswer>(post, async (manager) => {
      const { url, expiresAt } = await this.reports.share(manager, id, caller, body.expiresInHours);
      const shown = { expiresAt: expiresAt.toISOString() };
      return { status: 201, body: { ...shown, url }, kept: { ...shown, url: null } };
    });
  }

  @Delete(':id/share')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({ summary: 'End the link of a kept report' })
  @Answers(204, 'No link shows it any more')
  async unshare(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    await this.reports.unshare(id, caller);
  }
}
