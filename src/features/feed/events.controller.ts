import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../../platform/http/answers.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { EventStream } from './event-stream.js';
import {
  eventsAnswer,
  eventsQuery,
  showPage,
  streamQuery,
  type EventsAnswer,
  type EventsQuery,
  type StreamQuery,
} from './events.schemas.js';
import type { FeedFilter } from './feed-filter.js';
import { decodePosition, feedStart, type FeedPosition } from './feed-position.js';
import { FeedReader } from './feed-reader.js';
import { FeedWatch } from './feed-watch.js';

/** Clients that one process lets wait at a time; each costs a socket, and a query when something comes. */
const maxWaiting = 2_000;

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly reader: FeedReader,
    private readonly watch: FeedWatch,
    private readonly stream: EventStream,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'Read the change feed',
    description:
      'Oldest first. A reader that keeps nextCursor and passes it as after misses no event. With wait, an answer without items comes only after so many seconds without an event.',
  })
  @Answers(200, 'Events behind the cursor', eventsAnswer)
  async read(
    @Caller() caller: Caller,
    @Req() request: FastifyRequest,
    @Query({ schema: eventsQuery }) query: EventsQuery,
  ): Promise<EventsAnswer> {
    const after = await this.positionOf(query.after);
    if (query.wait > 0) this.refuseTooMany();
    const gone = new AbortController();
    const abort = () => gone.abort();
    request.raw.socket.once('close', abort);
    try {
      const filter = filterOf(query, caller);
      return showPage(await this.reader.pageWithin(query.wait * 1000, after, filter, query.limit, gone.signal));
    } finally {
      request.raw.socket.off('close', abort);
    }
  }

  @Get('stream')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Follow the change feed by server-sent events',
    description:
      'The id of each event is its cursor: a client that reconnects with Last-Event-ID misses none. The data is the event as GET /v1/events shows it; a comment every few seconds shows that the connection lives.',
  })
  @ApiProduces('text/event-stream')
  @Answers(200, 'A stream of events without end')
  async follow(
    @Caller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query({ schema: streamQuery }) query: StreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<void> {
    const after = await this.positionOf(lastEventId === undefined || lastEventId === '' ? query.after : lastEventId);
    this.refuseTooMany();
    await this.stream.send(request, reply, after, filterOf(query, caller));
  }

  private async positionOf(after: string | undefined): Promise<FeedPosition> {
    return after === 'latest' ? this.reader.end() : (decodePosition(after) ?? feedStart);
  }

  private refuseTooMany(): void {
    if (this.watch.waiting >= maxWaiting)
      throw new Problem(problems.unavailable, 'too many clients wait for events', { retryAfterSeconds: 5 });
  }
}

/** What the caller asks for, within what its key sees; a profile outside of that has no events for it. */
function filterOf(query: StreamQuery, caller: Caller): FeedFilter {
  const { types, profileId, mailboxId } = query;
  const profileIds = profileId === undefined ? caller.profileIds : caller.sees(profileId) ? [profileId] : [];
  return { types, profileIds, mailboxId: mailboxId ?? null };
}
