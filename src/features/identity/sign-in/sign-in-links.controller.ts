import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { emailAddress, oneLine } from '../../../platform/http/validation.js';
import { crossSiteRequest } from '../callers/cross-site.js';
import { chosenPassword, sessionAnswer, showSession, type SessionAnswer } from './session.schemas.js';
import { Sessions } from './sessions.js';
import { tooManySignIns } from './sign-in-limits.js';
import { linkNotValid, SignInLinks } from './sign-in-links.js';
import { linkKinds } from './sign-in-links.store.js';

const token = z.string().min(1).max(200).describe('What stands behind the # of the link');

const inspection = z.strictObject({ token }).meta({ id: 'SignInLinkInspection' });
const redemption = z
  .strictObject({
    token,
    email: emailAddress.optional().describe('Needed for `first-admin`; otherwise the user’s stays'),
    name: oneLine(200).trim().min(1).optional().describe('Needed for `first-admin`; otherwise the user’s stays'),
    password: chosenPassword,
  })
  .meta({ id: 'SignInLinkRedemption' });

const linkAnswer = z
  .object({
    kind: z.enum(linkKinds),
    email: z.string().nullable().describe('Null for `first-admin`'),
    name: z.string().nullable(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'SignInLink' });

/** What the page behind a one-time link asks. The token travels in the body, which no log holds. */
@ApiTags('Signing in')
@Controller('v1/sign-in-links')
export class SignInLinksController {
  constructor(
    private readonly links: SignInLinks,
    private readonly sessions: Sessions,
  ) {}

  @Post('inspect')
  @HttpCode(200)
  @ApiOperation({ summary: 'See what a one-time link is for', description: 'Open to everybody. Does not use it up.' })
  @Answers(200, 'The link', linkAnswer)
  @AnswersProblem(linkNotValid, tooManySignIns, crossSiteRequest)
  async inspect(
    @Req() request: FastifyRequest,
    @Body({ schema: inspection }) body: z.output<typeof inspection>,
  ): Promise<z.output<typeof linkAnswer>> {
    const { kind, email, name, expiresAt } = await this.links.inspect(body.token, request.ip);
    return { kind, email, name, expiresAt: expiresAt.toISOString() };
  }

  @Post('redeem')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Use a one-time link: set a password and sign in',
    description: 'Open to everybody. Ends the user’s other sessions and links. The answer sets the session’s cookie.',
  })
  @Answers(200, 'Who is signed in', sessionAnswer)
  @AnswersProblem(linkNotValid, tooManySignIns, crossSiteRequest)
  async redeem(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: redemption }) body: z.output<typeof redemption>,
  ): Promise<SessionAnswer> {
    const { email = null, name = null } = body;
    const begun = await this.links.redeem({ token: body.token, password: body.password, email, name }, request.ip);
    await this.sessions.hand(request, reply, begun);
    return showSession(begun.caller);
  }
}
