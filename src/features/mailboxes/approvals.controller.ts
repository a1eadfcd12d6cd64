import { Body, Controller, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../platform/http/idempotent-posts.js';
import { BodyLimit, megabyte } from '../../platform/http/route-settings.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import { Approvals } from './approvals.js';
import { mailboxAnswer, maxBatch, showMailbox, type MailboxAnswer } from './mailboxes.schemas.js';
import { Mailboxes } from './mailboxes.js';

const approvalChoice = z
  .union([
    z.strictObject({ mailboxIds: z.array(idParam).min(1).max(maxBatch) }),
    z.strictObject({ profileId: idParam }),
  ])
  .meta({ id: 'MailboxApprovalChoice' });
const approvalResult = z
  .object({ approved: z.int().describe('Mailboxes that were not approved before') })
  .meta({ id: 'MailboxApprovalResult' });

/** Approving takes more than creating: whoever can do both alone could open any mailbox of the organisation. */
@ApiTags('Mailboxes')
@Controller('v1/mailboxes')
export class ApprovalsController {
  constructor(
    private readonly approvals: Approvals,
    private readonly mailboxes: Mailboxes,
    private readonly profileNames: ProfileNamesStore,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post(':id/approve')
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Approve a mailbox',
    description: 'It can be resumed, enabled and synced from now on; it does not start by itself.',
  })
  @Answers(200, 'The mailbox', mailboxAnswer)
  async approve(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<MailboxAnswer> {
    await this.posts.run(post, async (manager) => {
      await this.approvals.approve(manager, id, caller.profileIds);
      return { status: 200, body: null };
    });
    const mailbox = await this.mailboxes.read(id, caller.profileIds);
    const names = await this.profileNames.of([mailbox.profileId]);
    return showMailbox(mailbox, names(mailbox.profileId), caller.profileIds);
  }

  @Post('approve')
  @BodyLimit(megabyte)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Approve many mailboxes',
    description: 'By their ids, or all of a profile. Those that the key does not see are left as they are.',
  })
  @Answers(200, 'How many', approvalResult)
  async approveMany(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Body({ schema: approvalChoice }) body: z.output<typeof approvalChoice>,
  ): Promise<z.output<typeof approvalResult>> {
    return this.posts.run(post, async (manager) => ({
      status: 200,
      body: { approved: await this.approvals.approveMany(manager, body, caller.profileIds) },
    }));
  }

  @Delete(':id/approval')
  @HttpCode(204)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Withdraw a mailbox’s approval',
    description: 'It is paused, and stays so until it is approved anew.',
  })
  @Answers(204, 'Withdrawn')
  async withdraw(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    await this.approvals.withdraw(id, caller.profileIds, caller.id);
  }
}
