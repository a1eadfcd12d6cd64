import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import { Answers } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../platform/http/page.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { DeliveryViewsStore } from './delivery-views.store.js';
import { decodePosition } from '../feed/feed-position.js';
import {
  deliveryPage,
  deliveryQuery,
  newReplay,
  replayAnswer,
  replayedOne,
  replayPage,
  replayQuery,
  showDelivery,
  showReplay,
  type DeliveryAnswer,
  type NewReplay,
  type ReplayAnswer,
} from './webhook-deliveries.schemas.js';
import { WebhookEndpoints } from './webhook-endpoints.js';
import { WebhookReplaysStore } from './webhook-replays.store.js';

@ApiTags('Webhooks')
@Controller('v1/webhook-endpoints/:id')
export class WebhookDeliveriesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly endpoints: WebhookEndpoints,
    private readonly views: DeliveryViewsStore,
    private readonly replays: WebhookReplaysStore,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get('deliveries')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List deliveries of a webhook endpoint',
    description: 'The newest events first. They stay as long as the feed keeps their events.',
  })
  @Answers(200, 'A page of deliveries', deliveryPage)
  async list(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: deliveryQuery }) query: z.output<typeof deliveryQuery>,
  ): Promise<Page<DeliveryAnswer>> {
    await this.endpoints.read(id, caller);
    const before = decodePosition(query.cursor);
    const rows = await this.views.list(this.dataSource.manager, {
      endpointId: id,
      state: query.state ?? null,
      before,
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, showDelivery, ({ epoch, txid, seq }) => [epoch, txid, seq]);
  }

  @Post('deliveries/:deliveryId/replay')
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Deliver an event again',
    description:
      'Delivered or failed, it is sent again as soon as nothing earlier of its mailbox waits, with the same webhook-id and ten attempts anew. One that waits for its next attempt is tried at once.',
  })
  @Answers(202, 'It is on its way', replayedOne)
  async replayOne(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Param('deliveryId', { schema: idParam }) deliveryId: string,
  ): Promise<z.output<typeof replayedOne>> {
    return this.posts.run(post, async (manager) => {
      await this.endpoints.locked(manager, id, caller);
      if (!(await this.replays.replayOne(manager, id, deliveryId, this.clock.now())))
        throw new Problem(problems.notFound);
      return { status: 202, body: { id: deliveryId, state: 'pending' as const } };
    });
  }

  @Post('replay')
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Deliver the events of a time range again',
    description:
      'All that the endpoint is for, also from before it was made, as far as the feed reaches back. Each is sent once however often ranges overlap while it is on its way.',
  })
  @Answers(202, 'The replay; the list of replays shows its progress', replayAnswer)
  async replay(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: newReplay }) body: NewReplay,
  ): Promise<ReplayAnswer> {
    return this.posts.run(post, async (manager) => {
      await this.endpoints.locked(manager, id, caller);
      const [from, to, now] = [new Date(body.from), new Date(body.to), this.clock.now()];
      const replay = { id: uuid(), endpointId: id, from, to, types: body.types, now };
      await this.replays.start(manager, replay);
      const [row] = await this.replays.list(manager, id, null, 1);
      if (!row) throw new Error('the replay was not written');
      return { status: 202, body: showReplay(row) };
    });
  }

  @Get('replays')
  @RequireScope('read')
  @ApiOperation({ summary: 'List replays of a webhook endpoint', description: 'Newest first.' })
  @Answers(200, 'A page of replays', replayPage)
  async listReplays(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: replayQuery }) query: z.output<typeof replayQuery>,
  ): Promise<Page<ReplayAnswer>> {
    await this.endpoints.read(id, caller);
    const before = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const rows = await this.replays.list(this.dataSource.manager, id, before, query.limit + 1);
    return pageOf(rows, query.limit, showReplay, (row) => [row.id]);
  }
}
