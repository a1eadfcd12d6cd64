import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../platform/http/problem.js';
import { WorkStore } from '../scheduling/work.store.js';
import { ApprovalsStore, type ApprovalChoice } from './approvals.store.js';
import { MailboxTransitions } from './mailbox-transitions.js';
import { MailboxesStore } from './mailboxes.store.js';

export const mailboxNotApproved = defineProblem({
  code: 'mailbox-not-approved',
  status: 409,
  title: 'The mailbox is not approved',
  retryable: false,
  remediation:
    'Have it approved by an administrator, or by an API key with the scope admin: POST /v1/mailboxes/{id}/approve.',
});

type Reach = readonly string[] | null;

/** Who vouches for an address, before anything is received or sent under it. */
@Injectable()
export class Approvals {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: ApprovalsStore,
    private readonly mailboxes: MailboxesStore,
    private readonly work: WorkStore,
    private readonly transitions: MailboxTransitions,
  ) {}

  /** One that is approved stays so since then. @throws Problem not-found */
  async approve(manager: EntityManager, id: string, reach: Reach): Promise<void> {
    const mailbox = await this.mailboxes.lock(manager, id);
    if (!mailbox || (reach && !reach.includes(mailbox.profileId))) throw new Problem(problems.notFound);
    await this.store.approve(manager, { mailboxIds: [id] }, reach, this.clock.now());
  }

  /** @returns how many were not approved before; those out of reach are left alone */
  async approveMany(manager: EntityManager, choice: ApprovalChoice, reach: Reach): Promise<number> {
    return this.store.approve(manager, choice, reach, this.clock.now());
  }

  /**
   * The mailbox stops at once: what runs on it can write nothing more.
   * @param by id of the caller, for the history
   * @throws Problem not-found
   */
  async withdraw(id: string, reach: Reach, by: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const mailbox = await this.transitions.apply(manager, id, { type: 'approval-withdrawn' }, null, { by });
      if (!mailbox || (reach && !reach.includes(mailbox.profileId))) throw new Problem(problems.notFound);
      if (mailbox.approvedAt !== null) await this.work.revoke(manager, id);
    });
  }
}
