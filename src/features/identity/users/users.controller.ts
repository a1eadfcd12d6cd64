import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../../platform/http/page.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { idParam } from '../../../platform/http/validation.js';
import { beyondOwnReach } from '../api-keys/api-keys.js';
import { Caller } from '../callers/caller.js';
import { RequireScope } from '../callers/require-scope.js';
import { SignInLinks } from '../sign-in/sign-in-links.js';
import { refuseLimited } from '../callers/unlimited-caller.js';
import { lastAdmin, userDisabled, userExists, Users } from './users.js';
import {
  createdUser,
  newUser,
  showUser,
  signInLinkAnswer,
  userAnswer,
  userPage,
  userPatch,
  userQuery,
  type CreatedUser,
  type NewUser,
  type SignInLinkAnswer,
  type UserAnswer,
  type UserPatch,
} from './users.schemas.js';
import { UsersStore } from './users.store.js';

@ApiTags('Users')
@Controller('v1/users')
@AnswersProblem(beyondOwnReach)
export class UsersController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: UsersStore,
    private readonly users: Users,
    private readonly links: SignInLinks,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get()
  @RequireScope('admin')
  @ApiOperation({ summary: 'List users', description: 'Oldest first.' })
  @Answers(200, 'A page of users', userPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: userQuery }) query: z.output<typeof userQuery>,
  ): Promise<Page<UserAnswer>> {
    refuseLimited(caller);
    const after = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const page = { profileId: query.profileId ?? null, after, limit: query.limit + 1 };
    const now = this.clock.now();
    return pageOf(
      await this.store.list(this.dataSource, page),
      query.limit,
      (user) => showUser(user, now),
      ({ id }) => [id],
    );
  }

  @Post()
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Create a user',
    description: 'The answer holds the invitation, once: a link by which the user sets a password, within seven days.',
  })
  @Answers(201, 'The user and the invitation', createdUser)
  @AnswersProblem(userExists)
  async create(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: newUser }) body: NewUser,
  ): Promise<CreatedUser> {
    refuseLimited(caller);
    return this.posts.run<CreatedUser>(post, async (manager) => {
      const { user, link } = await this.users.create(manager, caller, body);
      const shown = showUser(user, this.clock.now());
      const made = { url: this.links.urlOf(link), expiresAt: link.expiresAt.toISOString() };
      return { status: 201, body: { user: shown, link: made }, kept: { user: shown, link: null } };
    });
  }

  @Get(':id')
  @RequireScope('admin')
  @ApiOperation({ summary: 'Read a user' })
  @Answers(200, 'The user', userAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<UserAnswer> {
    refuseLimited(caller);
    const user = await this.store.find(this.dataSource, id);
    if (!user) throw new Problem(problems.notFound);
    return showUser(user, this.clock.now());
  }

  @Patch(':id')
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Change a user',
    description: 'Changes the fields given. It holds everywhere within five seconds.',
  })
  @Answers(200, 'The user as it is now', userAnswer)
  @AnswersProblem(lastAdmin)
  async change(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: userPatch }) body: UserPatch,
  ): Promise<UserAnswer> {
    refuseLimited(caller);
    return showUser(await this.users.change(caller, id, body), this.clock.now());
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Delete a user',
    description: 'Ends all sessions. What the user did keeps the name.',
  })
  @Answers(204, 'Deleted')
  @AnswersProblem(lastAdmin)
  async remove(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    refuseLimited(caller);
    await this.users.remove(caller, id);
  }

  @Post(':id/sign-in-link')
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Make a link by which the user sets a password',
    description: 'An invitation, or for a user with a password one to set another. An earlier one of the kind ends.',
  })
  @Answers(201, 'The link', signInLinkAnswer)
  @AnswersProblem(userDisabled)
  async makeLink(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<SignInLinkAnswer> {
    refuseLimited(caller);
    return this.posts.run<SignInLinkAnswer>(post, async (manager) => {
      const link = await this.users.makeLink(manager, caller, id);
      const shown = { kind: link.kind, expiresAt: link.expiresAt.toISOString() };
      return { status: 201, body: { ...shown, url: this.links.urlOf(link) }, kept: { ...shown, url: null } };
    });
  }

  @Post(':id/sign-out')
  @HttpCode(204)
  @RequireScope('admin')
  @ApiOperation({ summary: 'End all sessions of a user' })
  @Answers(204, 'Signed out everywhere within five seconds')
  async signOut(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<void> {
    refuseLimited(caller);
    await this.posts.run(post, async (manager) => {
      await this.users.signOut(manager, caller, id);
      return { status: 204, body: undefined };
    });
    this.users.forget(id);
  }
}
