import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { idParam, plainText } from '../../../platform/http/validation.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { MailboxTransitions } from '../../mailboxes/mailbox-transitions.js';
import { mailboxPaused } from '../../mailboxes/mailboxes.js';
import { ItemFailuresStore } from './item-failures.store.js';

const retryBody = z
  .strictObject({ itemId: plainText(1_000).min(1).optional().describe('Which one; all of the mailbox if left out') })
  .default({})
  .meta({ id: 'ItemFailureRetry' });

const retryResult = z
  .object({ retried: z.int().describe('Items that are due again; the next list tells how they fared') })
  .meta({ id: 'ItemFailureRetryResult' });

@ApiTags('Messages')
@Controller('v1/mailboxes/:id/item-failures')
export class ItemFailuresController {
  constructor(
    private readonly failures: ItemFailuresStore,
    private readonly transitions: MailboxTransitions,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Post('retry')
  @HttpCode(202)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Try items again that could not be read',
    description: 'At once. Those that were set aside get all their tries anew.',
  })
  @Answers(202, 'How many are due again', retryResult)
  @AnswersProblem(mailboxPaused)
  async retry(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: retryBody }) body: z.output<typeof retryBody>,
  ): Promise<z.output<typeof retryResult>> {
    const itemId = body.itemId ?? null;
    return this.posts.run(post, async (manager) => {
      const mailbox = await this.transitions.apply(manager, id, { type: 'sync-requested' }, null);
      if (!mailbox || !caller.sees(mailbox.profileId)) throw new Problem(problems.notFound);
      if (mailbox.state === 'paused') throw new Problem(mailboxPaused);
      const retried = await this.failures.retry(manager, id, itemId, this.clock.now());
      if (itemId !== null && retried === 0)
        throw new Problem(problems.notFound, 'The mailbox has no failed item of this id.');
      return { status: 202, body: { retried } };
    });
  }
}
