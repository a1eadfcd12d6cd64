import { Injectable } from '@nestjs/common';
import { Clock, pause } from '../../platform/clock/clock.js';
import { ownFailure, type StoredFailure } from '../failures/failure.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { testMessageName } from '../mailboxes/own-test-id.js';
import { untouched, type OutgoingPosition } from '../mail/outgoing/outgoing-state.js';
import { sendMessage } from '../mail/outgoing/send-protocol.js';
import { observeSubmitted, ServerKnowledgeSource } from '../mail/outgoing/server-knowledge.js';
import { accountOf } from './account.js';
import type { DirectionResult, MailboxTest } from './mailbox-test.js';
import { CopySearch } from './copy-search.js';
import { MailboxTestsStore } from './mailbox-tests.store.js';
import { TestCleanUp } from './test-clean-up.js';
import { notArrived } from './test-explanations.js';
import { testMessage } from './test-message.js';
import type { TestSteps } from './test-steps.js';

/** A mailbox on the same server takes a second; with a mail gateway before it, a minute. */
const maxWaitMs = 90_000;
/** Looks within one run; later ones come in runs of their own, so that a slow server keeps no place of the budget. */
const pausesMs = [100, 200, 400, 800, 1_500];
const laterMs = 5_000;

/** What became of it; `waitMs`: it goes on then; null: somebody ended the test meanwhile. */
export type OutgoingOutcome = { readonly result: DirectionResult } | { readonly waitMs: number } | null;

/** Sending, by the protocol that sends all mail: a message from the mailbox to itself, found, and taken away again. */
@Injectable()
export class OutgoingTest {
  constructor(
    private readonly store: MailboxTestsStore,
    private readonly cleanUp: TestCleanUp,
    private readonly knowledge: ServerKnowledgeSource,
    private readonly clock: Clock,
  ) {}

  /** Goes on from wherever the test stands. @throws MailServerError of the step that failed */
  async attempt(run: MailboxRun, test: MailboxTest, steps: TestSteps): Promise<OutgoingOutcome> {
    // What was sent as somebody else would never be found here.
    if (test.account !== null && test.account !== accountOf(run.mailbox))
      return { result: { status: 'skipped', reason: 'address-changed' } };
    const sent = test.position?.step === 'submitted' ? test : await this.send(run, test, steps);
    if (sent === null || 'waitMs' in sent) return sent;
    const waited = () => this.clock.now().getTime() - sentAtOf(sent).getTime();
    if (sent.arrivedAt === null) {
      if (!(await this.hasArrived(run, sent))) {
        if (waited() < maxWaitMs) return { waitMs: laterMs };
        steps.note('arrive', 'failure', waited(), 'It did not arrive in the inbox.', notArrived);
        return { result: { status: 'failure', failure: failureOf(this.clock.now()) } };
      }
      // Before it is taken away: a run that lost its lease took it, and the next one waited for it in vain.
      if (!(await run.commit((manager) => this.store.noteArrival(manager, test.id, this.clock.now())))) return null;
    }
    steps.note('arrive', 'success', waited(), 'It arrived in the inbox.');
    await this.remove(run, sent, steps);
    return { result: { status: 'success' } };
  }

  private async send(
    run: MailboxRun,
    test: MailboxTest,
    steps: TestSteps,
  ): Promise<MailboxTest | { readonly waitMs: number } | null> {
    const account = accountOf(run.mailbox);
    let position: OutgoingPosition = { ...untouched, ...test.position };
    const server = await this.knowledge.of(run.profile.id);
    const note = (reached: typeof position) => {
      position = reached;
      return run.commit((manager) => this.store.notePosition(manager, test.id, account, reached, this.clock.now()));
    };
    const sent = () => ({ ...test, account, position, sentAt: test.sentAt ?? this.clock.now() });
    const result = await steps.take('send', async () => {
      const sending = await sendMessage(testMessageName(test.marker), position, {
        session: run.session,
        signal: run.signal,
        server,
        attachments: [],
        note,
        draft: async () => testMessage(test.marker, run.mailbox.emailAddress),
      });
      if (sending.outcome === 'withdrawn') return sending;
      await note(sending.position);
      if (sending.outcome === 'sent') return sending;
      // Whether a message to the mailbox itself went out, its arrival tells better than the answer did.
      const mayBeOut = sending.position.doubtful > 0;
      if (mayBeOut && (await this.hasArrived(run, sent()))) return { outcome: 'arrived' } as const;
      if (sending.outcome === 'trouble') throw sending.error;
      return sending;
    });
    switch (result.outcome) {
      case 'withdrawn':
        return null;
      case 'unseen':
        return { waitMs: result.waitMs };
      case 'sent': {
        const { itemId } = result.position;
        if (result.seen === null && result.wasReadable && itemId !== null)
          await observeSubmitted(run.session, itemId, server, run.signal);
        return sent();
      }
      case 'arrived':
      case 'undecided':
        // It is not sent again: from here on only its arrival counts.
        return (await note({ ...position, step: 'submitted' })) ? sent() : null;
    }
  }

  private async hasArrived(run: MailboxRun, test: MailboxTest): Promise<boolean> {
    const { emailAddress: address } = run.mailbox;
    const search = new CopySearch(run.session, { token: test.marker, address, sentAt: sentAtOf(test) });
    for (const ms of [0, ...pausesMs]) {
      await pause(ms, run.signal);
      run.signal.throwIfAborted();
      if ((await search.in('inbox', run.signal)).length > 0) return true;
    }
    return false;
  }

  private async remove(run: MailboxRun, test: MailboxTest, steps: TestSteps): Promise<void> {
    const began = performance.now();
    const state = await this.cleanUp.step(run, test);
    await run.commit((manager) => this.store.noteCleanUp(manager, test.id, state));
    const isDone = state.cleanUp === 'done';
    const detail = isDone
      ? 'Both copies are deleted again.'
      : 'A copy could not be deleted yet, or was not to be found; it is looked for again.';
    steps.note('remove', isDone ? 'success' : 'skipped', performance.now() - began, detail);
  }
}

const sentAtOf = (test: MailboxTest): Date => test.sentAt ?? test.startedAt ?? test.createdAt;

const failureOf = (at: Date): StoredFailure =>
  ownFailure(
    {
      code: notArrived,
      operation: 'FindItem',
      during: 'outgoing',
      message: `The test message was handed over, and was not in the inbox within ${maxWaitMs / 1000} s.`,
      values: {},
    },
    at,
  );
