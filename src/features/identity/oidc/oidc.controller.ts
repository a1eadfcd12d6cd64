import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { Sessions } from '../sign-in/sessions.js';
import { SignInLimits, tooManySignIns } from '../sign-in/sign-in-limits.js';
import { SignInMetrics, type SignInOutcome } from '../sign-in/sign-in-metrics.js';
import { OidcJourneys } from './oidc-journey.js';
import { OidcProvider } from './oidc-provider.js';
import { OidcRefusal, type OidcRefusalCode } from './oidc-refusal.js';
import { OidcSignIn } from './oidc-sign-in.js';
import { returnPath } from './return-path.js';

const outcomes: Partial<Record<OidcRefusalCode, SignInOutcome>> = {
  'too-many-sign-ins': 'limited',
  'provider-away': 'failed',
};

const startQuery = z.object({
  returnTo: z.string().optional().describe('A path of this site; anything else means `/`'),
});

/** Single sign-on: a browser goes to the provider, and comes back. */
@ApiTags('Signing in')
@Controller('v1/sign-in/oidc')
export class OidcController {
  constructor(
    private readonly provider: OidcProvider,
    private readonly journeys: OidcJourneys,
    private readonly signIns: OidcSignIn,
    private readonly sessions: Sessions,
    private readonly limits: SignInLimits,
    private readonly metrics: SignInMetrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Begin single sign-on',
    description: 'Open to everybody; for a browser to go to. What fails leads to /sign-in?problem=….',
  })
  @Answers(302, 'To the provider')
  @AnswersProblem(problems.notFound)
  async depart(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query({ schema: startQuery }) query: z.output<typeof startQuery>,
  ): Promise<void> {
    const target = await this.orRefused(request, async () => {
      const { url, ...journey } = await this.provider.depart();
      this.journeys.begin(request, reply, { ...journey, returnTo: returnPath(query.returnTo) });
      return url.href;
    });
    await reply.redirect(target, 302);
  }

  @Get('callback')
  @ApiOperation({
    summary: 'End single sign-on',
    description: 'Open to everybody; the provider sends the browser here. What fails leads to /sign-in?problem=….',
  })
  @Answers(302, 'To where the browser wanted to go, signed in')
  @AnswersProblem(problems.notFound)
  async arrive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const target = await this.orRefused(request, async () => {
      const takeBack = await this.limits.count(request.ip);
      const query = request.url.split('?').slice(1).join('?');
      const journey = this.journeys.end(request, reply);
      // A state that is not this browser's: the sign-in was begun elsewhere, or another one since.
      if (journey === null || new URLSearchParams(query).get('state') !== journey.state)
        throw new OidcRefusal('sign-in-expired', journey === null ? 'no journey' : 'another state');
      const { person, details } = await this.provider.arrive(query, journey);
      const begun = await this.signIns.signIn(person, request.ip, details);
      await this.sessions.hand(request, reply, begun);
      await takeBack();
      this.metrics.tried('oidc', 'signed-in');
      this.log.info({ userId: begun.caller.id, by: 'oidc', from: request.ip }, 'a user signed in');
      return journey.returnTo;
    });
    await reply.redirect(target, 302);
  }

  /** A person looks at the answer, in a browser: what goes wrong is told on the sign-in page. */
  private async orRefused(request: FastifyRequest, attempt: () => Promise<string>): Promise<string> {
    try {
      return await attempt();
    } catch (error) {
      const { code, reason } = refusalOf(error);
      this.metrics.tried('oidc', outcomes[code] ?? 'refused');
      this.log.warn({ by: 'oidc', code, reason, from: request.ip }, 'signing in was refused');
      return `/sign-in?problem=${code}`;
    }
  }
}

/** @throws what is not the person's business */
function refusalOf(error: unknown): OidcRefusal {
  if (error instanceof OidcRefusal) return error;
  if (error instanceof Problem && error.kind === tooManySignIns)
    return new OidcRefusal('too-many-sign-ins', 'too many tries');
  throw error;
}
