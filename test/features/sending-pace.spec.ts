import { quotaWait } from '../../src/features/mail/outgoing/sending-pace.js';
import { SendingPaceStore } from '../../src/features/mail/outgoing/sending-pace.store.js';
import { waitOf } from '../../src/features/mail/outgoing/waiting-reason.js';
import { MailboxRuns } from '../../src/features/mailboxes/mailbox-runs.js';
import { OutgoingRun } from '../../src/features/mail/outgoing/outgoing-run.js';
import { LeaseLost, leaseMs } from '../../src/features/scheduling/work.js';
import { itKeepsToTheSchema, SendingStage } from './support/sending-stage.js';
import { statementsOf } from './support/sql-log.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';
const second = 1_000;
const minute = 60 * second;

describe('how fast a mailbox sends', () => {
  let stage: SendingStage;
  let mailboxId: string;

  beforeEach(async () => {
    stage = await SendingStage.open([ada, bob, 'carol@example.com']);
    mailboxId = await stage.makeMailbox(ada, { incoming: false });
    await stage.settle();
  });
  afterEach(() => stage.close());

  const accept = async (count: number, mailbox = mailboxId) => {
    const accepted = [];
    for (let number = 0; number < count; number += 1)
      accepted.push(await stage.accept(mailbox, { to: ['out@elsewhere.example'], subject: `${number}` }));
    return accepted;
  };
  const statesOf = async (messages: readonly { id: string }[]) => {
    const rows = await stage.whole.dataSource.query<{ id: string; state: string }[]>(
      'SELECT id, state FROM outgoing_messages WHERE id = ANY($1::uuid[])',
      [messages.map(({ id }) => id)],
    );
    return messages.map(({ id }) => rows.find((row) => row.id === id)?.state);
  };
  const sentTimes = () => stage.control.relayed().map(({ at }) => Date.parse(at));
  /** The most that went out within any sixty seconds. */
  const busiestMinute = (times: number[]) =>
    Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + minute).length));

  it('lets thirty a minute out, and shows what the others wait for', async () => {
    const accepted = await accept(33);
    const started = stage.clock.now();
    await stage.settle();
    expect((await statesOf(accepted)).filter((state) => state === 'sent')).toHaveLength(30);
    const heldUntil = new Date(started.getTime() + minute).toISOString();
    for (const { id } of accepted.slice(30))
      expect(await stage.message(id)).toMatchObject({
        state: 'pending',
        nextAttemptAt: heldUntil,
        waitingFor: 'rate-limit',
        attempts: 0,
        failure: null,
      });
    expect(await stage.sendingOf(mailboxId)).toEqual({
      mailboxId,
      maxSendsPerMinute: 30,
      limitOf: 'profile',
      sentInLastMinute: 30,
      heldUntil,
      reason: 'rate-limit',
      failure: null,
    });
    // No draft lies about in Outlook while its message waits.
    expect(stage.control.listItems(ada, 'drafts')).toEqual([]);
    stage.clock.advance(minute - 1);
    await expect(stage.round()).resolves.toBe(0);
    stage.clock.advance(1);
    await stage.settle();
    expect(new Set(await statesOf(accepted))).toEqual(new Set(['sent']));
    expect(await stage.sendingOf(mailboxId)).toMatchObject({ sentInLastMinute: 3, heldUntil: null, reason: null });
    expect(stage.control.relayed()).toHaveLength(33);
  });

  it('is each mailbox’s own, and a setting of the profile that holds at once', async () => {
    await stage.setProfile({ maxSendsPerMinute: 2 });
    const other = await stage.makeMailbox('carol@example.com', { incoming: false });
    const [mine, others] = [await accept(4), await accept(2, other)];
    await stage.settle();
    expect((await statesOf(mine)).sort()).toEqual(['pending', 'pending', 'sent', 'sent']);
    expect(await statesOf(others)).toEqual(['sent', 'sent']);
    await stage.setProfile({ maxSendsPerMinute: 100 });
    await stage.http.post(`/v1/mailboxes/${mailboxId}/sync`);
    await stage.settle();
    expect(new Set(await statesOf(mine))).toEqual(new Set(['sent']));
    for (const maxSendsPerMinute of [0, 1_001, 2.5])
      expect(
        (await stage.http.patch(`/v1/email-server-profiles/${stage.whole.profileId}`, { maxSendsPerMinute })).status,
      ).toBe(400);
  });

  it('is what the mailbox says itself, before its profile, and holds at once when it is raised', async () => {
    const carol = await stage.makeMailbox('carol@example.com', { incoming: false, maxSendsPerMinute: 1 });
    expect(await stage.whole.mailbox(carol)).toMatchObject({ maxSendsPerMinute: 1 });
    expect(await stage.whole.mailbox(mailboxId)).toMatchObject({ maxSendsPerMinute: null });
    const setOwn = (maxSendsPerMinute: unknown) => stage.http.patch(`/v1/mailboxes/${carol}`, { maxSendsPerMinute });
    const [own, others] = [await accept(5, carol), await accept(5)];
    await stage.settle();
    const sent = async () => (await statesOf(own)).filter((state) => state === 'sent').length;
    expect(await sent()).toBe(1);
    expect(new Set(await statesOf(others))).toEqual(new Set(['sent']));
    expect(await stage.sendingOf(carol)).toMatchObject({
      maxSendsPerMinute: 1,
      limitOf: 'mailbox',
      sentInLastMinute: 1,
      reason: 'rate-limit',
    });

    // Nobody has to ask for it, and no time passes.
    expect((await setOwn(3)).body).toMatchObject({ maxSendsPerMinute: 3 });
    await stage.settle();
    expect(await sent()).toBe(3);
    // Null: as the profile says, here more.
    expect((await setOwn(null)).body).toMatchObject({ maxSendsPerMinute: null });
    await stage.settle();
    expect(await sent()).toBe(5);
    expect(await stage.sendingOf(carol)).toMatchObject({ maxSendsPerMinute: 30, limitOf: 'profile' });

    // Other changes leave it alone, and it goes above the profile's as well as below.
    await setOwn(1_000);
    await stage.http.patch(`/v1/mailboxes/${carol}`, { displayName: 'Carol' });
    await stage.setProfile({ maxSendsPerMinute: 1 });
    await accept(10, carol);
    await stage.settle();
    expect(await stage.sendingOf(carol)).toMatchObject({ maxSendsPerMinute: 1_000, sentInLastMinute: 15 });
    for (const wrong of [0, 1_001, 2.5, '3']) expect((await setOwn(wrong)).status).toBe(400);
  });

  it('holds for the rest of a run when it is lowered meanwhile', async () => {
    const accepted = await accept(5);
    const [claim] = await stage.whole.claim();
    const lease = { ...claim!, kind: 'outgoing' } as const;
    await stage.whole.get(MailboxRuns).carryOut(lease, new AbortController().signal, async (run) => {
      await stage.http.patch(`/v1/mailboxes/${mailboxId}`, { maxSendsPerMinute: 2 });
      return stage.whole.get(OutgoingRun).perform(run);
    });
    expect((await statesOf(accepted)).filter((state) => state === 'sent')).toHaveLength(2);
  });

  it('is never exceeded by two workers at once, and loses nothing', async () => {
    await stage.setProfile({ maxSendsPerMinute: 5 });
    const accepted = await accept(40);
    for (const operation of ['CreateItem', 'SendItem']) {
      stage.control.injectFault({ operation, times: 2, fault: { dropAfterCommit: true } });
      stage.control.injectFault({ operation, times: 2, fault: { dropBefore: true } });
    }
    const worker = async () => {
      for (const claim of await stage.whole.claim()) {
        // A queue may hand a job out twice.
        await Promise.all([stage.work(claim), stage.work(claim)]);
      }
    };
    for (let step = 0; step < 400 && (await statesOf(accepted)).some((state) => state !== 'sent'); step += 1) {
      await Promise.all([worker(), worker()]);
      stage.clock.advance(7 * second);
    }
    expect(new Set(await statesOf(accepted))).toEqual(new Set(['sent']));
    for (const { internetMessageId } of accepted) expect(stage.control.deliveriesOf(internetMessageId)).toHaveLength(1);
    expect(sentTimes()).toHaveLength(40);
    expect(busiestMinute(sentTimes())).toBeLessThanOrEqual(5);
  });

  it('counts a submission that a worker announced and died over', async () => {
    await stage.setProfile({ maxSendsPerMinute: 1 });
    const [accepted, next] = await accept(2);
    const announced = stage.clock.now().getTime();
    const [claim] = await stage.whole.claim();
    const lease = { ...claim!, kind: 'outgoing' } as const;
    await stage.whole.get(MailboxRuns).carryOut(lease, new AbortController().signal, (run) => {
      const sendDraft = () => Promise.reject(new LeaseLost(lease));
      const session = new Proxy(run.session, {
        get: (target, name) =>
          name === 'sendDraft' ? sendDraft : (Reflect.get(target, name) as () => unknown).bind(target),
      });
      return stage.whole.get(OutgoingRun).perform({ ...run, session });
    });
    expect(sentTimes()).toEqual([]);
    stage.clock.advance(leaseMs + 1);
    await stage.settle();
    // The draft lies there, and the call of the dead worker may still be under way.
    expect(await stage.message(accepted!.id)).toMatchObject({ state: 'sending', waitingFor: 'outcome' });
    expect(await stage.message(next!.id)).toMatchObject({
      state: 'pending',
      waitingFor: 'rate-limit',
      nextAttemptAt: new Date(announced + minute).toISOString(),
    });
    stage.clock.advance(minute - leaseMs - 1);
    await stage.settle();
    expect(sentTimes()).toEqual([announced + minute]);
  });

  it('still looks what became of a message while it may send no more', async () => {
    await stage.setProfile({ maxSendsPerMinute: 1 });
    stage.control.injectFault({ operation: 'SendItem', times: 1, fault: { dropAfterCommit: true } });
    const [lost, next] = await accept(2);
    await stage.round();
    expect(await stage.message(lost!.id)).toMatchObject({ state: 'sending', waitingFor: 'outcome' });
    stage.clock.advance(30 * second);
    await stage.settle();
    expect(await stage.message(lost!.id)).toMatchObject({ state: 'sent' });
    expect(await stage.message(next!.id)).toMatchObject({ state: 'pending', waitingFor: 'rate-limit' });
    await stage.until(next!.id, 'sent');
  });

  it('cancels what waits', async () => {
    await stage.setProfile({ maxSendsPerMinute: 1 });
    const [, waiting] = await accept(2);
    await stage.settle();
    expect(await stage.http.post(`/v1/outgoing-messages/${waiting!.id}/cancel`)).toMatchObject({
      body: { state: 'cancelled', waitingFor: null, nextAttemptAt: null },
    });
  });

  describe.each(['ErrorSubmissionQuotaExceeded', 'ErrorExceededMessageLimit'])('when the server says %s', (code) => {
    const refuse = (operation = 'SendItem') =>
      stage.control.injectFault({ operation, address: ada, times: 1, fault: { itemError: code } });
    /** All that is due: two polls may go before it in a round, the budget being small at the beginning. */
    const held = async () => {
      await stage.settle();
      return stage.sendingOf(mailboxId);
    };

    it('waits longer each time, blames nobody, and goes on receiving', async () => {
      const receiving = await stage.makeMailbox(bob);
      await stage.http.patch(`/v1/mailboxes/${mailboxId}`, { incoming: true });
      await stage.settle();
      const accepted = await accept(3);
      const waits: number[] = [];
      for (let refusal = 0; refusal < 6; refusal += 1) {
        refuse();
        const at = stage.clock.now().getTime();
        const { heldUntil } = await held();
        waits.push((Date.parse(heldUntil) - at) / minute);
        stage.clock.advance(Date.parse(heldUntil) - stage.clock.now().getTime());
      }
      for (const [index, least] of [1, 5, 15, 30, 60, 60].entries()) {
        expect(waits[index]).toBeGreaterThanOrEqual(least);
        expect(waits[index]).toBeLessThanOrEqual(least * 1.1);
      }
      expect(await stage.whole.mailbox(mailboxId)).toMatchObject({ state: 'active' });
      expect(await stage.http.all('/v1/incidents')).toEqual([]);

      refuse();
      await stage.round();
      await stage.control.deliver(ada, { subject: 'in' });
      stage.clock.advance(70 * second);
      await stage.round();
      await stage.round();
      expect((await stage.messagesOf(mailboxId)).map(({ subject }) => subject)).toEqual(['in']);
      const status = await stage.sendingOf(mailboxId);
      expect(status).toMatchObject({ reason: 'submission-quota', failure: { code } });
      const [first, other] = await Promise.all(accepted.map(({ id }) => stage.message(id)));
      expect(first).toMatchObject({
        attempts: 0,
        failure: { code, title: 'The server lets the mailbox send no more for now' },
      });
      expect(other).toMatchObject({ nextAttemptAt: status.heldUntil, waitingFor: 'submission-quota', failure: null });
      const unconcerned = await stage.accept(receiving, { to: [ada] });
      await stage.until(unconcerned.id, 'sent', second);

      for (const { id } of accepted) await stage.until(id, 'sent', minute);
      for (const { internetMessageId } of accepted)
        expect(stage.control.deliveriesOf(internetMessageId)).toHaveLength(1);
      expect(await stage.sendingOf(mailboxId)).toMatchObject({ heldUntil: null, reason: null, failure: null });
      // What came before is forgotten once a message went out.
      refuse('CreateItem');
      await accept(1);
      const at = stage.clock.now().getTime();
      expect(Date.parse((await held()).heldUntil) - at).toBeLessThan(1.2 * minute);
    });
  });

  it('hides a mailbox out of the key’s reach', async () => {
    const limited = stage.whole.client(await stage.whole.makeKey(['read'], [await stage.whole.makeProfile()]));
    expect(await limited.get(`/v1/mailboxes/${mailboxId}/sending`)).toMatchObject({ status: 404 });
  });

  it('asks for the last minute by its index, among many submissions', async () => {
    const { dataSource } = stage.whole;
    await dataSource.query(
      `INSERT INTO outgoing_submissions SELECT $1, $2::timestamptz - (n || ' seconds')::interval, $1 FROM generate_series(1, 50000) n`,
      [mailboxId, stage.clock.now()],
    );
    await dataSource.query(
      `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, created_at, updated_at)
       SELECT gen_random_uuid(), $1, 'user' || n || '@example.com', true, true, 'active', now(), now(), now() FROM generate_series(1, 20000) n`,
      [stage.whole.profileId],
    );
    await dataSource.query('ANALYZE outgoing_submissions, mailboxes');
    const pace = stage.whole.get(SendingPaceStore);
    const statements = await statementsOf(dataSource, async () => {
      await pace.holdOf(mailboxId, stage.clock.now());
      await pace.status(mailboxId, null, stage.clock.now());
    });
    expect(statements).toHaveLength(2);
    for (const { sql, parameters } of statements) {
      const plan = JSON.stringify(await dataSource.query(`EXPLAIN ${sql}`, parameters));
      expect(plan).toContain('outgoing_submissions_of_mailbox');
      expect(plan).not.toContain('Seq Scan on outgoing_submissions');
      expect(plan).not.toContain('Seq Scan on mailboxes');
    }
    // Old ones go with the next submission.
    stage.clock.advance(2 * minute);
    await accept(1);
    await stage.settle();
    const [{ count }] = await dataSource.query('SELECT count(*)::int FROM outgoing_submissions');
    expect(count).toBe(1);
  });

  itKeepsToTheSchema();
});

it('waits for a server’s own time, within reason', () => {
  expect(quotaWait(1, 0, 10 * minute)).toBe(10 * minute);
  expect(quotaWait(1, 0, 24 * 60 * minute)).toBe(120 * minute);
  expect(quotaWait(99, 0, 0)).toBe(60 * minute);
});

describe('what a message waits for', () => {
  const now = new Date('2026-03-01T08:00:00Z');
  const later = new Date('2026-03-01T09:00:00Z');
  const latest = new Date('2026-03-01T10:00:00Z');
  const plain = {
    state: 'pending',
    step: 'new',
    nextAttemptAt: null,
    sendAt: null,
    failure: null,
    heldUntil: null,
    holdReason: null,
  } as const;
  it.each([
    ['nothing', {}, null, null],
    ['its time', { nextAttemptAt: later, sendAt: later }, later, 'send-time'],
    ['the next try', { nextAttemptAt: later, failure: {} }, later, 'retry'],
    ['the next look', { state: 'sending', step: 'submitting', nextAttemptAt: later, failure: {} }, later, 'outcome'],
    ['its mailbox', { heldUntil: later, holdReason: 'rate-limit' }, later, 'rate-limit'],
    [
      'its mailbox, longer than its time',
      { nextAttemptAt: later, sendAt: later, heldUntil: latest, holdReason: 'submission-quota' },
      latest,
      'submission-quota',
    ],
    [
      'its time, longer than its mailbox',
      { nextAttemptAt: latest, sendAt: latest, heldUntil: later, holdReason: 'rate-limit' },
      latest,
      'send-time',
    ],
    [
      'nothing more, the hold being over',
      { heldUntil: new Date(now.getTime() - 1), holdReason: 'rate-limit' },
      null,
      null,
    ],
    [
      'nothing, having been sent',
      { state: 'sent', step: 'submitted', heldUntil: later, holdReason: 'rate-limit' },
      null,
      null,
    ],
  ] as const)('%s', (_, change, nextAttemptAt, waitingFor) => {
    expect(waitOf({ ...plain, ...change }, now)).toEqual({ nextAttemptAt, waitingFor });
  });
});
