import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
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
import {
  endpointAnswer,
  endpointPage,
  endpointPatch,
  endpointQuery,
  endpointWithSecret,
  newEndpoint,
  rotation,
  showEndpoint,
  testAnswer,
  type EndpointAnswer,
  type EndpointPatch,
  type EndpointWithSecret,
  type NewEndpoint,
  type Rotation,
  type TestAnswer,
} from './webhook-endpoints.schemas.js';
import { WebhookEndpoints } from './webhook-endpoints.js';
import { WebhookEndpointsStore } from './webhook-endpoints.store.js';

@ApiTags('Webhooks')
@Controller('v1/webhook-endpoints')
export class WebhookEndpointsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: WebhookEndpointsStore,
    private readonly endpoints: WebhookEndpoints,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List webhook endpoints', description: 'Oldest first.' })
  @Answers(200, 'A page of endpoints', endpointPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: endpointQuery }) query: z.output<typeof endpointQuery>,
  ): Promise<Page<EndpointAnswer>> {
    const after = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const filter = { reach: caller.profileIds, after, limit: query.limit + 1 };
    const rows = await this.store.list(this.dataSource.manager, filter);
    const now = this.clock.now();
    return pageOf(
      rows,
      query.limit,
      (row) => showEndpoint(row, now),
      ({ id }) => [id],
    );
  }

  @Post()
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Create a webhook endpoint',
    description:
      'It is told of events from now on. The answer holds its signing secret, once. A key limited to profiles can only make endpoints within them.',
  })
  @Answers(201, 'The endpoint', endpointWithSecret)
  @AnswersProblem(beyondOwnReach)
  async create(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: newEndpoint }) body: NewEndpoint,
  ): Promise<EndpointWithSecret> {
    return this.posts.run<EndpointWithSecret>(post, async (manager) => {
      const { id, secret } = await this.endpoints.create(manager, caller, body);
      const shown = showEndpoint(await this.endpoints.locked(manager, id, caller), this.clock.now());
      return { status: 201, body: { ...shown, secret }, kept: { ...shown, secret: null } };
    });
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a webhook endpoint' })
  @Answers(200, 'The endpoint, without its secret', endpointAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<EndpointAnswer> {
    return showEndpoint(await this.endpoints.read(id, caller), this.clock.now());
  }

  @Patch(':id')
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Change a webhook endpoint',
    description:
      'Within a few seconds for deliveries under way. Switched on again, it goes on where it stood, and what waits is tried at once.',
  })
  @Answers(200, 'The endpoint', endpointAnswer)
  @AnswersProblem(beyondOwnReach)
  async patch(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: endpointPatch }) body: EndpointPatch,
  ): Promise<EndpointAnswer> {
    await this.endpoints.patch(id, caller, body);
    return showEndpoint(await this.endpoints.read(id, caller), this.clock.now());
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('admin')
  @ApiOperation({ summary: 'Delete a webhook endpoint', description: 'With its deliveries; what waits is not sent.' })
  @Answers(204, 'Deleted')
  async remove(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    await this.endpoints.remove(id, caller);
  }

  @Post(':id/rotate-secret')
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Give a webhook endpoint a new secret',
    description: 'The answer holds it, once. During the overlap requests carry two signatures.',
  })
  @Answers(200, 'The endpoint', endpointWithSecret)
  async rotate(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: rotation }) body: Rotation,
  ): Promise<EndpointWithSecret> {
    return this.posts.run<EndpointWithSecret>(post, async (manager) => {
      const secret = await this.endpoints.rotate(manager, id, caller, body.overlapSeconds);
      const view = await this.store.find(manager, id, caller.profileIds);
      if (!view) throw new Problem(problems.notFound);
      const shown = showEndpoint(view, this.clock.now());
      return { status: 200, body: { ...shown, secret }, kept: { ...shown, secret: null } };
    });
  }

  @Post(':id/test')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Test a webhook endpoint',
    description:
      'Sends a `webhook.test` event at once and answers what came of it, after 20 seconds at most. It is not retried and not listed; asked again, it is sent again, with an Idempotency-Key too.',
  })
  @Answers(200, 'What came of it', testAnswer)
  async test(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<TestAnswer> {
    const { ok, status, error, ms } = await this.endpoints.test(id, caller);
    return { delivered: ok, status, error, ms };
  }
}
