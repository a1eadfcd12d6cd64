import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { Answers } from '../../../platform/http/answers.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { idParam } from '../../../platform/http/validation.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { messageFor } from '../../failures/failure.js';
import { limitOwners, SendingPaceStore } from './sending-pace.store.js';
import { holdReasons } from './waiting-reason.js';

const time = z.iso.datetime();

const sendingStatus = z
  .object({
    mailboxId: z.uuid(),
    maxSendsPerMinute: z.int(),
    limitOf: z
      .enum(limitOwners)
      .describe('Whose maxSendsPerMinute that is: the mailbox’s own goes before its profile’s'),
    sentInLastMinute: z.int(),
    heldUntil: time.nullable().describe('Nothing is sent before then; mail is received meanwhile'),
    reason: z.enum(holdReasons).nullable(),
    failure: z
      .object({ code: z.string(), message: z.string(), at: time, requestId: z.string().nullable() })
      .nullable()
      .describe('The server’s refusal, for `submission-quota`'),
  })
  .meta({ id: 'SendingStatus' });

/** How a mailbox's sending stands; the mailbox itself may be well while its quota is used up. */
@ApiTags('Outgoing messages')
@Controller('v1/mailboxes/:id/sending')
export class SendingStatusController {
  constructor(
    private readonly pace: SendingPaceStore,
    private readonly clock: Clock,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'See what holds up a mailbox’s sending' })
  @Answers(200, 'The state of its sending', sendingStatus)
  async read(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) mailboxId: string,
  ): Promise<z.output<typeof sendingStatus>> {
    const status = await this.pace.status(mailboxId, caller.profileIds, this.clock.now());
    if (!status) throw new Problem(problems.notFound);
    const { failure, heldUntil, ...facts } = status;
    return {
      mailboxId,
      ...facts,
      heldUntil: heldUntil?.toISOString() ?? null,
      failure: failure && {
        code: failure.code,
        message: messageFor(failure, caller.profileIds),
        at: failure.at,
        requestId: failure.requestId,
      },
    };
  }
}
