import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { Answers } from '../../platform/http/answers.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { ProfilesStore } from '../profiles/profiles.store.js';
import { serverExplanations } from './driver-explanations.js';
import {
  guideQuery,
  profileGuideQuery,
  setupGuideAnswer,
  showGuide,
  type SetupGuideAnswer,
} from './setup-guide.schemas.js';

@ApiTags('Email server profiles')
@Controller('v1')
export class SetupGuidesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: ProfilesStore,
  ) {}

  @Get('setup-guide')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Read how a server is made ready',
    description: 'The steps and commands for a service account that no profile has yet.',
  })
  @Answers(200, 'The guide', setupGuideAnswer)
  ofNoProfile(@Query({ schema: guideQuery }) query: z.output<typeof guideQuery>): SetupGuideAnswer {
    const { serverKind = null, ewsUrl = null, username = null, access } = query;
    return showGuide(serverExplanations.setupGuide({ serverKind, ewsUrl, username, access }));
  }

  @Get('email-server-profiles/:id/setup-guide')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Read how the server of a profile is made ready',
    description: 'The steps and commands, the service account of the profile filled in.',
  })
  @Answers(200, 'The guide', setupGuideAnswer)
  async ofProfile(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: profileGuideQuery }) query: z.output<typeof profileGuideQuery>,
  ): Promise<SetupGuideAnswer> {
    const profile = caller.sees(id) ? await this.profiles.find(this.dataSource, id) : null;
    if (!profile) throw new Problem(problems.notFound);
    const { ewsUrl, auth, access } = profile;
    return showGuide(
      serverExplanations.setupGuide({ serverKind: query.serverKind ?? null, ewsUrl, username: auth.username, access }),
    );
  }
}
