import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../../platform/http/page.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { idParam } from '../../../platform/http/validation.js';
import {
  apiKeyAnswer,
  apiKeyPage,
  apiKeyQuery,
  createdApiKey,
  newApiKey,
  showApiKey,
  type ApiKeyAnswer,
  type CreatedApiKey,
  type NewApiKey,
} from './api-keys.schemas.js';
import { ApiKeys, beyondOwnReach, lastAdminKey } from './api-keys.js';
import { ApiKeysStore } from './api-keys.store.js';
import { Caller } from '../callers/caller.js';
import { RequireScope } from '../callers/require-scope.js';

@ApiTags('API keys')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: ApiKeysStore,
    private readonly keys: ApiKeys,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get()
  @RequireScope('admin')
  @ApiOperation({ summary: 'List API keys', description: 'Oldest first, revoked and expired ones too.' })
  @Answers(200, 'A page of keys', apiKeyPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: apiKeyQuery }) query: z.output<typeof apiKeyQuery>,
  ): Promise<Page<ApiKeyAnswer>> {
    const after = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const reach = caller.profileIds;
    const rows = await this.store.list(this.dataSource, { reach, after, limit: query.limit + 1 });
    return pageOf(rows, query.limit, showApiKey, ({ id }) => [id]);
  }

  @Post()
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Create an API key',
    description: 'The answer holds the key itself, once. A key limited to profiles can only make keys within them.',
  })
  @Answers(201, 'The key', createdApiKey)
  @AnswersProblem(beyondOwnReach)
  async create(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: newApiKey }) body: NewApiKey,
  ): Promise<CreatedApiKey> {
    return this.posts.run<CreatedApiKey>(post, async (manager) => {
      const { key, token } = await this.keys.create(manager, caller, body);
      const shown = showApiKey(key);
      return { status: 201, body: { ...shown, token }, kept: { ...shown, token: null } };
    });
  }

  @Get(':id')
  @RequireScope('admin')
  @ApiOperation({ summary: 'Read an API key' })
  @Answers(200, 'The key, without its secret', apiKeyAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<ApiKeyAnswer> {
    const key = await this.store.find(this.dataSource, id, caller.profileIds);
    if (!key) throw new Problem(problems.notFound);
    return showApiKey(key);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'It stops working everywhere within five seconds and stays in the list.',
  })
  @Answers(204, 'Revoked')
  @AnswersProblem(lastAdminKey)
  async revoke(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    await this.keys.revoke(caller, id);
  }
}
