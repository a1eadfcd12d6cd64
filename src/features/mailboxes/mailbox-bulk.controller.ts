import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { againAfterDeadlock } from '../../platform/database/deadlock.js';
import { Answers } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { MailboxBulk } from './mailbox-bulk.js';
import { bulkRequest, bulkResult, maxBulk, type BulkResult } from './mailbox-bulk.schemas.js';

@ApiTags('Mailboxes')
@Controller('v1/mailboxes')
export class MailboxBulkController {
  constructor(
    private readonly bulk: MailboxBulk,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post('bulk')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Pause, resume, sync or switch many mailboxes',
    description: `To each of up to ${maxBulk} what its own route does. One that is refused does not stop the others.`,
  })
  @Answers(200, 'Each mailbox’s own result, in the order of the request', bulkResult)
  async run(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: bulkRequest }) { action, mailboxIds }: z.output<typeof bulkRequest>,
  ): Promise<BulkResult> {
    // A poll that ends takes the same rows from the other side.
    return againAfterDeadlock(() =>
      this.posts.run(post, async (manager) => ({
        status: 200,
        body: await this.bulk.run(manager, action, mailboxIds, caller.profileIds, caller.id),
      })),
    );
  }
}
