import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { decodeCursor, pageOf, pageQuery, pageSchema, type Page } from '../../../platform/http/page.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { idParam } from '../../../platform/http/validation.js';
import { beyondOwnReach } from '../api-keys/api-keys.js';
import { Caller } from '../callers/caller.js';
import { RequireScope } from '../callers/require-scope.js';
import { userRoleSchema } from '../callers/user-role.js';
import { Members, seesAllProfiles } from './members.js';
import { MembershipsStore } from './memberships.store.js';
import { refuseLimited } from '../callers/unlimited-caller.js';

const memberAnswer = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: userRoleSchema,
    disabled: z.boolean(),
  })
  .meta({ id: 'ProfileMember' });
type MemberAnswer = z.output<typeof memberAnswer>;
const memberPage = pageSchema(memberAnswer).meta({ id: 'ProfileMemberPage' });
const memberQuery = z.strictObject(pageQuery.shape);

/** Who owns a profile, or is limited to it. */
@ApiTags('Users')
@Controller('v1/email-server-profiles/:id/members')
export class ProfileMembersController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: MembershipsStore,
    private readonly members: Members,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'List the members of a profile',
    description: 'Who owns it, or views it among few. Administrators and viewers of everything are not listed.',
  })
  @Answers(200, 'A page of members', memberPage)
  async list(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: memberQuery }) query: z.output<typeof memberQuery>,
  ): Promise<Page<MemberAnswer>> {
    const after = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    if (!caller.sees(id) || !(await this.store.profileExists(this.dataSource, id)))
      throw new Problem(problems.notFound);
    const rows = await this.store.membersOf(this.dataSource, id, { after, limit: query.limit + 1 });
    return pageOf(
      rows,
      query.limit,
      (row) => row,
      (row) => [row.id],
    );
  }

  @Put(':userId')
  @HttpCode(204)
  @RequireScope('admin')
  @ApiOperation({ summary: 'Make a user a member of a profile', description: 'One who is a member stays one.' })
  @Answers(204, 'The user is a member')
  @AnswersProblem(beyondOwnReach, seesAllProfiles)
  async add(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Param('userId', { schema: idParam }) userId: string,
  ): Promise<void> {
    if (!caller.sees(id)) throw new Problem(problems.notFound);
    refuseLimited(caller);
    await this.members.add(caller, id, userId);
  }

  @Delete(':userId')
  @HttpCode(204)
  @RequireScope('admin')
  @ApiOperation({ summary: 'Take a profile from a user' })
  @Answers(204, 'The user is no member')
  @AnswersProblem(beyondOwnReach, seesAllProfiles)
  async remove(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Param('userId', { schema: idParam }) userId: string,
  ): Promise<void> {
    if (!caller.sees(id)) throw new Problem(problems.notFound);
    refuseLimited(caller);
    await this.members.remove(caller, id, userId);
  }
}
