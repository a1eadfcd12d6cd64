import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock, pause } from '../../platform/clock/clock.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { mailboxNotApproved } from '../mailboxes/approvals.js';
import { MailboxesStore } from '../mailboxes/mailboxes.store.js';
import { PacingStore } from '../scheduling/pacing.store.js';
import { ServerPacingStore } from '../scheduling/server-pacing.store.js';
import { lanes } from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import { MailboxTestsStore, type TestWish } from './mailbox-tests.store.js';
import { MailboxTestViewsStore, type MailboxTestView } from './mailbox-test-views.store.js';

/** Callers that hold a connection open at one time in one process. */
const maxWaiting = 200;
const lookEveryMs = 250;

type Reach = readonly string[] | null;

/** What people do with tests of one mailbox. */
@Injectable()
export class MailboxTests {
  private waiting = 0;

  constructor(
    private readonly clock: Clock,
    private readonly store: MailboxTestsStore,
    private readonly views: MailboxTestViewsStore,
    private readonly mailboxes: MailboxesStore,
    private readonly work: WorkStore,
    private readonly pacing: PacingStore,
    private readonly servers: ServerPacingStore,
  ) {}

  /**
   * Asks for a test, to be carried out before everything else that waits. One that is active takes the wish on.
   * @returns its id
   * @throws Problem not-found; mailbox-not-approved when it is to enable one that nobody has approved
   */
  async ask(manager: EntityManager, mailboxId: string, wish: TestWish, reach: Reach): Promise<string> {
    const mailbox = await this.mailboxes.lock(manager, mailboxId);
    if (!mailbox || (reach && !reach.includes(mailbox.profileId))) throw new Problem(problems.notFound);
    if (wish.enable && mailbox.approvedAt === null) throw new Problem(mailboxNotApproved);
    const now = this.clock.now();
    const id = await this.makeOrJoin(manager, mailboxId, wish, now);
    await this.work.add(manager, mailboxId, 'test');
    await this.work.bringForward(manager, mailboxId, 'test', now, lanes.asked);
    // As with a sync, a person's wish goes before a wait that the profile is serving.
    await this.pacing.liftHold(manager, mailbox.profileId);
    await this.servers.liftHold(manager, mailbox.profileId);
    return id;
  }

  private async makeOrJoin(manager: EntityManager, mailboxId: string, wish: TestWish, now: Date): Promise<string> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const asked = await this.store.ask(manager, { id: uuidv7(), mailboxId, marker: randomUUID() }, wish, now);
      if (asked) return asked.id;
    }
    throw new Error('tests of one mailbox begin and end faster than they can be joined');
  }

  /** @throws Problem not-found */
  async read(id: string, reach: Reach): Promise<MailboxTestView> {
    const test = await this.views.find(id, reach, this.clock.now());
    if (!test) throw new Problem(problems.notFound);
    return test;
  }

  /**
   * Waits for the end of a test in real time, unless too many wait already.
   * @param gone aborted when the caller hangs up
   */
  async waitFor(id: string, seconds: number, gone: AbortSignal): Promise<void> {
    if (seconds <= 0 || this.waiting >= maxWaiting) return;
    const deadline = performance.now() + seconds * 1_000;
    this.waiting += 1;
    try {
      while (!gone.aborted && performance.now() < deadline) {
        if (await this.views.hasEnded(id)) return;
        await pause(Math.min(lookEveryMs, Math.max(1, deadline - performance.now())), gone);
      }
    } finally {
      this.waiting -= 1;
    }
  }
}
