import { Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { defineProblem, Problem } from '../../platform/http/problem.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { incidentClosed, IncidentActs } from '../incidents/incident-acts.js';
import { IncidentReader } from '../incidents/incident-reader.js';
import { PacingStore } from '../scheduling/pacing.store.js';
import { ServerPacingStore } from '../scheduling/server-pacing.store.js';
import { StoppedMailboxesStore } from './stopped-mailboxes.store.js';

const nothingToCheck = defineProblem({
  code: 'nothing-to-check',
  status: 409,
  title: 'The incident stops no mailbox',
  retryable: false,
  remediation:
    'Switch a webhook endpoint on again by PATCH /v1/webhook-endpoints/{id}; what a notice is about is compared again by itself.',
});

const checkAnswer = z
  .object({
    mailboxes: z
      .number()
      .int()
      .describe(
        'Stopped mailboxes that are looked at now; of a profile or server that is held, its next call is made at once',
      ),
  })
  .meta({ id: 'IncidentCheck' });

@ApiTags('Incidents')
@Controller('v1/incidents/:id')
export class IncidentChecksController {
  constructor(
    private readonly reader: IncidentReader,
    private readonly acts: IncidentActs,
    private readonly stopped: StoppedMailboxesStore,
    private readonly pacing: PacingStore,
    private readonly servers: ServerPacingStore,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Post('check')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Check now whether it is mended',
    description:
      'Looks at a few of its mailboxes at once rather than at their next probe, and lets a profile or server that is held be called. Whichever is well again brings the others back.',
  })
  @Answers(202, 'They are looked at', checkAnswer)
  @AnswersProblem(incidentClosed, nothingToCheck)
  async check(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.output<typeof checkAnswer>> {
    const incident = await this.reader.find(id, caller.profileIds);
    if (incident.closed_at) throw new Problem(incidentClosed);
    if (['endpoint', 'notice', 'installation'].includes(incident.scope)) throw new Problem(nothingToCheck);
    const { profile_id: profileId, server_host: serverHost } = incident;
    return this.posts.run(post, async (manager) => {
      const mailboxes = await this.stopped.probeSomeOf(manager, id, this.clock.now());
      if (profileId !== null) {
        await this.pacing.liftHold(manager, profileId);
        await this.servers.liftHold(manager, profileId);
      }
      if (serverHost !== null) await this.servers.liftHoldOf(manager, serverHost);
      const by = { id: caller.id, name: caller.name };
      await this.acts.checked(manager, id, mailboxes, by, caller.profileIds);
      return { status: 202, body: { mailboxes } };
    });
  }
}
