import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Settings } from '../../../platform/config/settings.js';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { routeSettings } from '../../../platform/http/route-settings.js';
import { SETTINGS } from '../../../platform/tokens.js';
import { Caller } from '../callers/caller.js';
import { crossSiteRequest } from '../callers/cross-site.js';
import { RequireScope } from '../callers/require-scope.js';
import { needsUser, PasswordChange } from './password-change.js';
import { PasswordSignIn, wrongCredentials } from './password-sign-in.js';
import {
  newSession,
  passwordChange,
  sessionAnswer,
  showSession,
  signInOptions,
  type SessionAnswer,
  type SignInOptions,
} from './session.schemas.js';
import { Sessions } from './sessions.js';
import { tooManySignIns } from './sign-in-limits.js';

/** Signing in and out, and who one is. */
@ApiTags('Signing in')
@Controller('v1')
export class SessionController {
  constructor(
    private readonly signIns: PasswordSignIn,
    private readonly passwords: PasswordChange,
    private readonly sessions: Sessions,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('sign-in-options')
  @ApiOperation({ summary: 'How people can sign in', description: 'Open to everybody.' })
  @Answers(200, 'The ways', signInOptions)
  options(): SignInOptions {
    const { oidc } = this.settings;
    return { password: true, oidc: oidc && { label: oidc.label } };
  }

  @Post('session')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign in',
    description:
      'Open to everybody. The answer sets the session’s cookie: HttpOnly, SameSite=Lax, for 12 hours without use and 7 days at most. Everything but GET then also needs the header X-Postroom-Request: 1.',
  })
  @Answers(200, 'Who is signed in', sessionAnswer)
  @AnswersProblem(wrongCredentials, tooManySignIns, crossSiteRequest)
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: newSession }) body: z.output<typeof newSession>,
  ): Promise<SessionAnswer> {
    const begun = await this.signIns.signIn(body.email, body.password, request.ip);
    await this.sessions.hand(request, reply, begun);
    return showSession(begun.caller);
  }

  @Get('session')
  @RequireScope('read')
  @ApiOperation({ summary: 'Who calls', description: 'The signed-in user, or the API key.' })
  @Answers(200, 'The caller', sessionAnswer)
  read(@Caller() caller: Caller): SessionAnswer {
    return showSession(caller);
  }

  @Delete('session')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out', description: 'Also with a session that has ended already.' })
  @Answers(204, 'Nobody is signed in any more')
  @AnswersProblem(crossSiteRequest)
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.end(request, reply);
  }

  @Post('session/password')
  @HttpCode(204)
  @RequireScope('read')
  @routeSettings({ takesNoIdempotencyKey: true })
  @ApiOperation({ summary: 'Change one’s own password', description: 'Ends all other sessions of the user.' })
  @Answers(204, 'Changed')
  @AnswersProblem(needsUser, tooManySignIns)
  async changePassword(
    @Caller() caller: Caller,
    @Req() request: FastifyRequest,
    @Body({ schema: passwordChange }) body: z.output<typeof passwordChange>,
  ): Promise<void> {
    await this.passwords.change(caller, body.currentPassword, body.newPassword, request.ip);
  }
}
