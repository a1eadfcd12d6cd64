import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import type { Sql } from '../../platform/database/data-source.js';
import { Answers } from '../../platform/http/answers.js';
import { decodeCursor, pageOf, pageQuery, pageSchema, type Page } from '../../platform/http/page.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { idParam, oneLine } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { EventsStore } from '../feed/events.store.js';
import { ProfilesStore } from '../profiles/profiles.store.js';
import { actor } from './incident-acts.schemas.js';
import { isKnownCode } from '../failures/stored-rows.js';
import { explain } from '../failures/explanations.js';
import { MutedCausesStore, type MutedCauseRow } from './muted-causes.store.js';

const codeParam = oneLine(200).min(1);
const mutedCauseQuery = z.strictObject(pageQuery.shape);
const mutedCauseAnswer = z
  .object({
    code: z.string().describe('As `code` of incidents'),
    title: z.string().describe('In plain words'),
    mutedAt: z.iso.datetime(),
    by: actor,
  })
  .meta({ id: 'MutedCause' });
type MutedCauseAnswer = z.output<typeof mutedCauseAnswer>;
const mutedCausePage = pageSchema(mutedCauseAnswer).meta({ id: 'MutedCausePage' });

@ApiTags('Incidents')
@Controller('v1/email-server-profiles/:id/muted-causes')
export class MutedCausesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: MutedCausesStore,
    private readonly profiles: ProfilesStore,
    private readonly events: EventsStore,
    private readonly clock: Clock,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List the causes that a profile mutes', description: 'In the order of codes.' })
  @Answers(200, 'A page of muted causes', mutedCausePage)
  async list(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) profileId: string,
    @Query({ schema: mutedCauseQuery }) query: z.output<typeof mutedCauseQuery>,
  ): Promise<Page<MutedCauseAnswer>> {
    await this.refuseUnknown(this.dataSource, caller, profileId);
    const after = decodeCursor(query.cursor, z.tuple([codeParam]))?.[0] ?? null;
    const rows = await this.store.list(profileId, after, query.limit + 1);
    return pageOf(rows, query.limit, show, ({ code }) => [code]);
  }

  @Get(':code')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read whether a cause is muted', description: '404: it is not.' })
  @Answers(200, 'It is', mutedCauseAnswer)
  async read(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) profileId: string,
    @Param('code', { schema: codeParam }) code: string,
  ): Promise<MutedCauseAnswer> {
    const row = caller.sees(profileId) ? await this.store.find(this.dataSource, profileId, code) : null;
    if (!row) throw new Problem(problems.notFound);
    return show(row);
  }

  @Put(':code')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Mute a cause',
    description:
      'A code of docs/failures.md, or one that an incident of the profile has. Incidents of this cause still open and are shown as `muted`, the feed tells of them, and nobody is mailed: not at the beginning, not while they last, and not at the end.',
  })
  @Answers(200, 'It is muted', mutedCauseAnswer)
  async mute(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) profileId: string,
    @Param('code', { schema: codeParam }) code: string,
  ): Promise<MutedCauseAnswer> {
    return this.dataSource.transaction(async (manager) => {
      await this.refuseUnknown(manager, caller, profileId);
      if (!isKnownCode(code) && !(await this.store.hasOccurred(manager, profileId, code))) throw unknownCause();
      const by = { id: caller.id, name: caller.name };
      if (await this.store.mute(manager, profileId, code, by, this.clock.now()))
        await this.tell(manager, 'profile.cause-muted', profileId, caller, code);
      const row = await this.store.find(manager, profileId, code);
      if (!row) throw new Problem(problems.notFound);
      return show(row);
    });
  }

  @Delete(':code')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({
    summary: 'No longer mute a cause',
    description:
      'Who answers for an incident of it that is still open is told once; the time of an escalation counts from then. Nothing happens if it was not muted.',
  })
  @Answers(204, 'It is not muted')
  async unmute(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) profileId: string,
    @Param('code', { schema: codeParam }) code: string,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.refuseUnknown(manager, caller, profileId);
      if (await this.store.unmute(manager, profileId, code, this.clock.now()))
        await this.tell(manager, 'profile.cause-unmuted', profileId, caller, code);
    });
  }

  private async refuseUnknown(sql: Sql, caller: Caller, profileId: string): Promise<void> {
    if (!caller.sees(profileId) || !(await this.profiles.find(sql, profileId))) throw new Problem(problems.notFound);
  }

  private async tell(
    sql: Sql,
    type: 'profile.cause-muted' | 'profile.cause-unmuted',
    profileId: string,
    { id, name }: Caller,
    code: string,
  ): Promise<void> {
    const data = { code, by: { id, name } };
    await this.events.append(sql, [{ type, profileId, mailboxId: null, subjectId: profileId, data }], this.clock.now());
  }
}

/** A mistyped code would mute nothing, and nobody would notice. */
function unknownCause(): Problem {
  const message = 'is not a code that an incident can have; give the code of an incident, such as Http401';
  return new Problem(problems.invalidRequest, `code: ${message}`, { errors: [{ field: 'code', message }] });
}

/** Titles name nobody. */
const nobody = { username: '', ewsUrl: '', mailbox: '', values: {} };

const show = (row: MutedCauseRow): MutedCauseAnswer => ({
  code: row.code,
  title: explain({ code: row.code, category: 'other' }, nobody).title,
  mutedAt: row.muted_at.toISOString(),
  by: row.muted_by,
});
