import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { StorageHealth } from '../../../platform/database/storage-health.js';
import { Answers } from '../../../platform/http/answers.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import {
  overviewAnswer,
  seriesAnswer,
  seriesQuery,
  showOverview,
  showSeries,
  type OverviewAnswer,
  type SeriesAnswer,
} from './overview.schemas.js';
import { OverviewStore } from './overview.store.js';
import { frameOf, freshMs } from './sample-span.js';
import { SamplesStore } from './samples.store.js';
import { serversOf } from './server-health.js';

/** How everything stands that the caller sees. */
@ApiTags('Overview')
@Controller('v1/overview')
export class OverviewController {
  constructor(
    private readonly store: OverviewStore,
    private readonly samples: SamplesStore,
    private readonly clock: Clock,
    private readonly storage: StorageHealth,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'See how everything stands',
    description: 'Mailboxes, incidents, sending and servers, of the profiles that the key sees.',
  })
  @Answers(200, 'How it stands', overviewAnswer)
  async read(@Caller() { profileIds }: Caller): Promise<OverviewAnswer> {
    const at = this.clock.now();
    const [mailboxes, incidents, outgoing, profiles, lag] = await Promise.all([
      this.store.mailboxes(profileIds),
      this.store.openIncidents(profileIds),
      this.store.outgoing(profileIds),
      this.store.profiles(profileIds, at),
      this.samples.newestLag(profileIds, this.clock.in(-freshMs)),
    ]);
    const storage = profileIds === null ? this.storage.trouble : null;
    return showOverview({ at, mailboxes, incidents, storage, outgoing, lag, servers: serversOf(profiles) });
  }

  @Get('series')
  @RequireScope('read')
  @ApiOperation({
    summary: 'See how it went',
    description:
      'Sync lag, mail and failed mailboxes over time: of an hour by the minute, of a day by ten minutes, of a week by the hour.',
  })
  @Answers(200, 'Its points', seriesAnswer)
  async series(
    @Caller() { profileIds }: Caller,
    @Query({ schema: seriesQuery }) { range }: z.output<typeof seriesQuery>,
  ): Promise<SeriesAnswer> {
    const frame = frameOf(range, this.clock.now());
    return showSeries(frame, await this.samples.series(frame, profileIds));
  }
}
