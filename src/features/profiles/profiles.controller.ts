import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
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
import { profileBeingCleared, profileInUse, Profiles, versionConflict } from './profiles.js';
import {
  newProfile,
  profileAnswer,
  profilePage,
  profilePatch,
  profileQuery,
  showProfile,
  type NewProfile,
  type ProfileAnswer,
  type ProfilePatch,
} from './profiles.schemas.js';
import { ProfilesStore } from './profiles.store.js';
import type { AddressSetter } from './server-address-rules.js';

@ApiTags('Email server profiles')
@Controller('v1/email-server-profiles')
export class EmailServerProfilesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: ProfilesStore,
    private readonly profiles: Profiles,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List email server profiles', description: 'Oldest first.' })
  @Answers(200, 'A page of profiles', profilePage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: profileQuery }) query: z.output<typeof profileQuery>,
  ): Promise<Page<ProfileAnswer>> {
    const after = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const filter = { name: query.name ?? null, profileIds: caller.profileIds, after, limit: query.limit + 1 };
    const rows = await this.store.list(this.dataSource, filter, this.clock.now());
    return pageOf(rows, query.limit, showProfile, ({ profile }) => [profile.id]);
  }

  @Post()
  @RequireScope('write')
  @ApiOperation({
    summary: 'Create an email server profile',
    description: 'Which server, which service account, and whom to tell of trouble. Nothing is called yet.',
  })
  @Answers(201, 'The profile', profileAnswer)
  @AnswersProblem(beyondOwnReach)
  async create(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: newProfile }) body: NewProfile,
  ): Promise<ProfileAnswer> {
    if (caller.profileIds !== null) throw new Problem(beyondOwnReach, 'the caller is limited to existing profiles');
    return this.posts.run(post, async (manager) => ({
      status: 201,
      body: showProfile(await this.profiles.create(manager, body)),
    }));
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read an email server profile' })
  @Answers(200, 'The profile', profileAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<ProfileAnswer> {
    const found = caller.sees(id) ? await this.store.findPaced(this.dataSource, id, this.clock.now()) : null;
    if (!found) throw new Problem(problems.notFound);
    return showProfile(found);
  }

  @Patch(':id')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Change an email server profile',
    description:
      'Changes the fields given. A new address, new credentials or another way of access are tried at once, also by mailboxes that had failed.',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The version to change, like `version` in the body' })
  @Answers(200, 'The profile as it is now', profileAnswer)
  @AnswersProblem(versionConflict)
  async patch(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: profilePatch }) body: ProfilePatch,
  ): Promise<ProfileAnswer> {
    if (!caller.sees(id)) throw new Problem(problems.notFound);
    const { version, ...patch } = body;
    return showProfile(await this.profiles.patch(id, patch, version ?? versionOf(ifMatch), setterOf(caller)));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Delete an email server profile',
    description: 'Refused while mailboxes use it. Its incidents and notifications go with it.',
  })
  @Answers(204, 'Deleted')
  @AnswersProblem(profileInUse, profileBeingCleared)
  async remove(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    if (!caller.sees(id)) throw new Problem(problems.notFound);
    await this.profiles.remove(id);
  }
}

/** A caller limited to profiles is an owner; every other caller acts for the whole installation. */
const setterOf = ({ profileIds }: Caller): AddressSetter => (profileIds === null ? 'administrator' : 'owner');

/** Versions are small numbers, so a client may send one bare or in an entity tag's quotes. */
function versionOf(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch === '*') return null;
  const version = /^(?:W\/)?(?:"(\d{1,9})"|(\d{1,9}))$/.exec(ifMatch);
  if (version) return Number(version[1] ?? version[2]);
  const message = 'must be the version of the profile';
  throw new Problem(problems.invalidRequest, `If-Match: ${message}`, { errors: [{ field: 'If-Match', message }] });
}
