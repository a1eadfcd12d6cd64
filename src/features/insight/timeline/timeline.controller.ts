import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { Answers } from '../../../platform/http/answers.js';
import { decodeCursor } from '../../../platform/http/page.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { idParam } from '../../../platform/http/validation.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { historyKeptMs } from '../history/history-span.js';
import type { StandingFacts } from './standing.js';
import { StandingStore } from './standing.store.js';
import {
  mailboxStanding,
  showPage,
  showStanding,
  timelineCursor,
  timelinePage,
  timelineQuery,
} from './timeline.schemas.js';
import { TimelineStore } from './timeline.store.js';

/** The one answer to "why does this mailbox not sync?" */
@ApiTags('Mailboxes')
@Controller('v1/mailboxes/:id')
export class TimelineController {
  constructor(
    private readonly standings: StandingStore,
    private readonly timeline: TimelineStore,
    private readonly clock: Clock,
  ) {}

  @Get('status')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Why does it not sync?',
    description: 'What the mailbox waits for, until when, and what ends it; or that it is well.',
  })
  @Answers(200, 'How it stands', mailboxStanding)
  async status(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.output<typeof mailboxStanding>> {
    const now = this.clock.now();
    return showStanding(await this.factsOf(id, caller, now), now);
  }

  @Get('timeline')
  @RequireScope('read')
  @ApiOperation({
    summary: 'What happened to a mailbox',
    description:
      'Newest first, of the last 30 days: runs that did something or failed and what was decided then, changes of its state, incidents and what the owner was told, backfills, audits, items that could not be read. The first page begins with how the mailbox stands now.',
  })
  @Answers(200, 'A page of the timeline', timelinePage)
  async read(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: timelineQuery }) query: z.output<typeof timelineQuery>,
  ): Promise<z.output<typeof timelinePage>> {
    const now = this.clock.now();
    const cursor = decodeCursor(query.before, timelineCursor);
    const facts = await this.factsOf(id, caller, now);
    const kept = new Date(now.getTime() - historyKeptMs);
    const rows = await this.timeline.page({
      mailboxId: id,
      before: cursor && { position: cursor[0], key: cursor[1] },
      types: query.types,
      // What its profile and server went through before it was there is not its own.
      from: kept > facts.createdAt ? kept : facts.createdAt,
      limit: query.limit + 1,
    });
    return { now: cursor ? null : showStanding(facts, now), ...showPage(rows, query.limit, id) };
  }

  /** @throws Problem not-found */
  private async factsOf(id: string, caller: Caller, now: Date): Promise<StandingFacts> {
    const facts = await this.standings.factsOf(id, caller.profileIds, now);
    if (!facts) throw new Problem(problems.notFound);
    return facts;
  }
}
