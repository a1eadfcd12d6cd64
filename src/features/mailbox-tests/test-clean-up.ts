import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../drivers/port/mail-error.js';
import { Clock } from '../../platform/clock/clock.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { accountOf } from './account.js';
import type { MailboxTest } from './mailbox-test.js';
import { testMessageName } from '../mailboxes/own-test-id.js';
import { MailboxTestsStore, type CleanUpState } from './mailbox-tests.store.js';
import { clearInbox, clearSent } from './test-copies.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/**
 * When to look again for what was not found, or could not be deleted: the sent copy is filed in a moment of its
 * own, a message can be held up on its way for hours, and a mailbox that is denied may come back within days.
 */
const pausesMs = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  hour,
  6 * hour,
  24 * hour,
  24 * hour,
  48 * hour,
  72 * hour,
];
const atOnce = 5;
const looksForDraft = 3;
/** About an hour, in which a server files the copy of what it has sent. */
const looksForCopy = 5;

/** Takes test messages away again, at last those of tests that were cut short. */
@Injectable()
export class TestCleanUp {
  constructor(
    private readonly store: MailboxTestsStore,
    private readonly clock: Clock,
  ) {}

  /**
   * What the mailbox's ended tests have left on the server.
   * @returns ms until the next look; null when nothing is left
   * @throws whatever is no mail server's error
   */
  async ofMailbox(run: MailboxRun): Promise<{ nextInMs: number | null; tried: boolean }> {
    const due = await this.store.toCleanUp(run.mailbox.id, this.clock.now(), atOnce);
    for (const test of due) {
      run.checkpoint();
      const state = await this.step(run, test);
      await run.commit((manager) => this.store.noteCleanUp(manager, test.id, state));
    }
    const next = await this.store.nextCleanUp(run.mailbox.id);
    const nextInMs = next && Math.max(0, next.getTime() - this.clock.now().getTime());
    return { nextInMs, tried: due.length > 0 };
  }

  /** One look for the message in all the places where it can be. An error of the server only puts it off. */
  async step(run: MailboxRun, test: MailboxTest): Promise<CleanUpState> {
    let { inboxCleared, sentCleared } = test;
    // In a mailbox that is no longer the same there is nothing of it, and the other one is not ours to open.
    if (test.account !== null && test.account !== accountOf(run.mailbox))
      return { cleanUp: 'given-up', inboxCleared, sentCleared, tries: test.cleanUpTries, at: null };
    const done = { cleanUp: 'done', inboxCleared, sentCleared, tries: test.cleanUpTries + 1, at: null } as const;
    if (test.position === null || test.position.step === 'new') return done;
    const isOut = test.position.step === 'submitting' || test.position.step === 'submitted';
    const sentAt = test.sentAt ?? test.startedAt ?? test.createdAt;
    const sought = { token: test.marker, address: run.mailbox.emailAddress, sentAt };
    const { position } = test;
    try {
      // A draft that was never submitted has no copy in the inbox.
      inboxCleared = await this.cleared(inboxCleared || !isOut, () => clearInbox(run.session, sought, run.signal));
      sentCleared = await this.cleared(sentCleared, () =>
        clearSent(run.session, testMessageName(test.marker), position.itemId, sought, run.signal),
      );
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      return this.later(test, inboxCleared, sentCleared);
    }
    // A draft whose saving nobody knows the end of may still turn up; after some looks it will not.
    const isUnsaved = position.step === 'saving' && test.cleanUpTries >= looksForDraft;
    // Some servers keep no copy of what they send.
    const isUnkept = isOut && test.cleanUpTries >= looksForCopy;
    if (inboxCleared && (sentCleared || isUnsaved || isUnkept)) return { ...done, inboxCleared, sentCleared };
    return this.later(test, inboxCleared, sentCleared);
  }

  private async cleared(before: boolean, clear: () => Promise<boolean>): Promise<boolean> {
    return before || clear();
  }

  private later(test: MailboxTest, inboxCleared: boolean, sentCleared: boolean): CleanUpState {
    const pause = pausesMs[test.cleanUpTries];
    const tries = test.cleanUpTries + 1;
    if (pause === undefined) return { cleanUp: 'given-up', inboxCleared, sentCleared, tries, at: null };
    return { cleanUp: 'due', inboxCleared, sentCleared, tries, at: this.clock.in(pause) };
  }
}
