import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { PacingStore, type Claim } from '../../src/features/scheduling/pacing.store.js';
import { ServerPacingStore } from '../../src/features/scheduling/server-pacing.store.js';
import { lanes, leaseMs, LeaseLost, type Lane, type JobKind } from '../../src/features/scheduling/work.js';
import { WorkStore } from '../../src/features/scheduling/work.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeProfile } from '../support/profiles.js';

const start = new Date('2026-03-01T08:00:00Z');
const at = (ms: number) => new Date(start.getTime() + ms);

let database: TestDatabase;
let sql: DataSource;
let pacing: PacingStore;
let servers: ServerPacingStore;
let work: WorkStore;

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 20 });
  sql = database.dataSource;
  servers = new ServerPacingStore();
  pacing = new PacingStore(sql, servers);
  work = new WorkStore(sql);
});
afterAll(() => database?.drop());
afterEach(() => sql.query('TRUNCATE mailboxes, email_server_profiles CASCADE'));

interface Stage {
  readonly mailboxes?: number;
  readonly concurrency?: number;
  readonly most?: number;
  readonly lane?: Lane;
  readonly dueAt?: Date;
}

/** A profile with mailboxes that are due. */
async function profileWith({
  mailboxes = 10,
  concurrency = 3,
  most = 10,
  lane = lanes.routine,
  dueAt = start,
}: Stage = {}) {
  const profileId = await makeProfile(sql, { maxConcurrentConnections: most });
  await sql.query(`UPDATE profile_pacing SET concurrency = $2, grown_at = $3 WHERE profile_id = $1`, [
    profileId,
    concurrency,
    at(-60_000),
  ]);
  const ids: string[] = [];
  for (let index = 0; index < mailboxes; index += 1) ids.push(await addMailbox(profileId, lane, dueAt));
  return { profileId, ids };
}

async function addMailbox(profileId: string, lane: Lane, dueAt: Date | null): Promise<string> {
  const id = uuid();
  await sql.query(
    `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, created_at, updated_at)
     VALUES ($1, $2, $3, true, true, 'active', $4, $4, $4)`,
    [id, profileId, `${id}@example.com`, start],
  );
  await work.create(sql, [id], start);
  await sql.query(`UPDATE mailbox_work SET lane = $2, due_at = $3 WHERE mailbox_id = $1 AND kind = 'incoming'`, [
    id,
    lane,
    dueAt,
  ]);
  return id;
}

const leased = async (profileId: string, now: Date): Promise<number> => {
  const [row] = await sql.query(
    `SELECT count(*)::int AS n FROM mailbox_work WHERE profile_id = $1 AND lease_until > $2`,
    [profileId, now],
  );
  return row.n;
};
const concurrencyOf = async (profileId: string): Promise<number> => {
  const [row] = await sql.query(`SELECT concurrency FROM profile_pacing WHERE profile_id = $1`, [profileId]);
  return row.concurrency;
};
const workOf = async (mailboxId: string, kind: JobKind = 'incoming') => {
  const [row] = await sql.query(`SELECT * FROM mailbox_work WHERE mailbox_id = $1 AND kind = $2`, [mailboxId, kind]);
  return row;
};
const finish = (claim: Claim, now: Date, dueAt: Date | null = null, heedAsked = true) =>
  work.finish(sql, claim, { dueAt, lane: lanes.routine, attempts: 0 }, heedAsked, now);

describe('claims', () => {
  it('stay within each profile’s budget, however many dispatchers claim at once', async () => {
    const profiles = await Promise.all(
      [1, 2, 5, 8].map(async (concurrency) => ({
        concurrency,
        ...(await profileWith({ concurrency, mailboxes: 40 })),
      })),
    );
    const given = new Set<string>();
    let over: string | null = null;
    for (let round = 0; round < 40; round += 1) {
      // Leases that are never finished run out on the way.
      const now = at(round * 5_000);
      const claims = (await Promise.all(Array.from({ length: 8 }, () => pacing.claimDue(now, 500)))).flat();
      for (const { mailboxId, token } of claims) {
        if (given.has(`${mailboxId} ${token}`)) over = `${mailboxId} was given twice under one token`;
        given.add(`${mailboxId} ${token}`);
      }
      for (const { profileId, concurrency } of profiles) {
        const held = await leased(profileId, now);
        if (held > concurrency) over = `${held} leases of ${concurrency} in round ${round}`;
      }
      await Promise.all(claims.slice(0, round % 4 ? undefined : 3).map((claim) => finish(claim, now, now)));
    }
    expect(over).toBeNull();
    expect(given.size).toBeGreaterThan(150);
  });

  it('fill the budget over several calls and then stop', async () => {
    const { profileId } = await profileWith({ concurrency: 3 });
    expect(await pacing.claimDue(start, 2)).toHaveLength(2);
    expect(await pacing.claimDue(start, 500)).toHaveLength(1);
    expect(await pacing.claimDue(start, 500)).toHaveLength(0);
    expect(await leased(profileId, start)).toBe(3);
  });

  it('never exceed what the owner allows, whatever the budget has grown to', async () => {
    await profileWith({ concurrency: 9, most: 4 });
    expect(await pacing.claimDue(start, 500)).toHaveLength(4);
  });

  it('come in the order of lanes, then of waiting', async () => {
    const { profileId, ids } = await profileWith({ concurrency: 3, mailboxes: 0 });
    const patient = await addMailbox(profileId, lanes.patient, at(-3_000));
    const late = await addMailbox(profileId, lanes.routine, at(-1_000));
    const early = await addMailbox(profileId, lanes.routine, at(-2_000));
    const asked = await addMailbox(profileId, lanes.asked, start);
    await addMailbox(profileId, lanes.asked, at(1));
    expect(ids).toEqual([]);
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const [claim] = await pacing.claimDue(start, 1);
      if (!claim) break;
      order.push(claim.mailboxId);
      await finish(claim, start);
    }
    expect(order).toEqual([asked, early, late, patient]);
  });

  it('of one profile are not held up by another one that is full, on hold or locked', async () => {
    const full = await profileWith({ concurrency: 1 });
    const held = await profileWith();
    const locked = await profileWith();
    const free = await profileWith({ mailboxes: 2 });
    await sql.query(`UPDATE profile_pacing SET hold_until = $2 WHERE profile_id = $1`, [held.profileId, at(1)]);
    const blocker = sql.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(`SELECT FROM profile_pacing WHERE profile_id = $1 FOR NO KEY UPDATE`, [locked.profileId]);
    const claims = await pacing.claimDue(start, 500);
    await blocker.rollbackTransaction();
    await blocker.release();
    const count = (profileId: string) => claims.filter((claim) => claim.profileId === profileId).length;
    expect([full, held, locked, free].map(({ profileId }) => count(profileId))).toEqual([1, 0, 0, 2]);
    expect(await pacing.claimDue(at(1), 500)).toHaveLength(6);
  });

  it('give a suspended profile one lease: its canary', async () => {
    const { profileId } = await profileWith({ concurrency: 8 });
    await pacing.suspend(sql, profileId, 'Http401', start, () => at(1_000));
    expect(await pacing.claimDue(at(999), 500)).toHaveLength(0);
    expect(await pacing.claimDue(at(1_000), 500)).toHaveLength(1);
    expect(await pacing.claimDue(at(1_000), 500)).toHaveLength(0);
    await pacing.resume(sql, profileId, at(1_000));
    // Softly: two at once, of which the canary is one.
    expect(await pacing.claimDue(at(1_000), 500)).toHaveLength(1);
  });

  it('that nobody takes up are due again when the lease runs out, under a higher token', async () => {
    await profileWith({ concurrency: 1, mailboxes: 1 });
    const [first] = await pacing.claimDue(start, 1);
    if (!first) throw new Error('no claim');
    expect(await pacing.claimDue(at(leaseMs - 1), 1)).toEqual([]);
    const [second] = await pacing.claimDue(at(leaseMs), 1);
    expect(second).toMatchObject({ mailboxId: first.mailboxId, profileId: first.profileId });
    expect(BigInt(second?.token ?? 0)).toBeGreaterThan(BigInt(first.token));
    expect(await work.begin(first, at(leaseMs))).toBeNull();
  });
});

describe('a lease', () => {
  async function claimed() {
    const { profileId } = await profileWith({ mailboxes: 1 });
    const [claim] = await pacing.claimDue(start, 1);
    if (!claim) throw new Error('no claim');
    return { profileId, claim };
  }

  it('that was lost commits nothing and finishes nothing', async () => {
    const { claim } = await claimed();
    const [next] = await pacing.claimDue(at(leaseMs), 1);
    if (!next) throw new Error('no claim');
    const before = await workOf(claim.mailboxId);
    const later = at(leaseMs + 1);
    await expect(work.renew(claim, later)).rejects.toThrow(LeaseLost);
    await expect(finish(claim, later)).rejects.toThrow(LeaseLost);
    const write = sql.transaction(async (manager) => {
      await manager.query(`UPDATE mailboxes SET display_name = 'by the loser' WHERE id = $1`, [claim.mailboxId]);
      await work.hold(manager, claim, later);
    });
    await expect(write).rejects.toThrow(LeaseLost);
    await work.release(claim);
    expect(await workOf(claim.mailboxId)).toEqual(before);
    const [mailbox] = await sql.query(`SELECT display_name FROM mailboxes WHERE id = $1`, [claim.mailboxId]);
    expect(mailbox.display_name).toBeNull();
    await finish(next, later);
  });

  it('is taken up by one job only, however often the queue runs it', async () => {
    const { claim } = await claimed();
    const begun = (await Promise.all([1, 2, 3].map(() => work.begin(claim, at(1))))).filter((one) => one !== null);
    expect(begun).toHaveLength(1);
    expect(begun[0]?.lease.token).not.toBe(claim.token);
    // Neither may the job that came too late end what the other one does.
    await work.release(claim);
    await work.renew(begun[0]?.lease ?? claim, at(2));
  });

  it('that is finished is gone, and the work waits for its time', async () => {
    const { claim } = await claimed();
    await finish(claim, start, at(60_000));
    await expect(finish(claim, start)).rejects.toThrow(LeaseLost);
    expect(await pacing.claimDue(at(59_999), 1)).toEqual([]);
    expect(await pacing.claimDue(at(60_000), 1)).toHaveLength(1);
  });

  it('that is given back leaves the work due at once', async () => {
    const { claim } = await claimed();
    await work.release(claim);
    expect(await pacing.claimDue(start, 1)).toMatchObject([{ mailboxId: claim.mailboxId }]);
  });

  it('cannot be taken while its holder commits', async () => {
    const { claim } = await claimed();
    const holder = sql.createQueryRunner();
    await holder.startTransaction();
    await work.hold(holder.manager, claim, at(leaseMs));
    // The lease of the claim itself has run out, and is being renewed by a transaction not yet committed.
    expect(await pacing.claimDue(at(leaseMs), 1)).toEqual([]);
    await holder.commitTransaction();
    await holder.release();
    expect(await pacing.claimDue(at(leaseMs), 1)).toEqual([]);
  });

  it('is not taken up while the profile is on hold', async () => {
    const { claim, profileId } = await claimed();
    await pacing.throttle(sql, profileId, at(5_000), start);
    expect(await work.begin(claim, at(1))).toBeNull();
    await work.release(claim);
    expect(await pacing.claimDue(at(4_999), 1)).toEqual([]);
    expect(await pacing.claimDue(at(5_000), 1)).toHaveLength(1);
  });

  it('during which somebody asked is followed by another run, before everything else', async () => {
    const { claim } = await claimed();
    await work.bringForward(sql, claim.mailboxId, 'incoming', at(10), lanes.asked);
    await finish(claim, at(20), at(60_000));
    expect(await workOf(claim.mailboxId)).toMatchObject({ lane: lanes.asked, due_at: at(20) });
    const [again] = await pacing.claimDue(at(20), 1);
    if (!again) throw new Error('no claim');
    // And by one only.
    await finish(again, at(30), at(60_000));
    expect(await workOf(claim.mailboxId)).toMatchObject({ lane: lanes.routine, due_at: at(60_000) });
  });

  it('during which somebody asked of a mailbox that stops is followed by nothing', async () => {
    const { claim } = await claimed();
    await work.bringForward(sql, claim.mailboxId, 'incoming', at(10), lanes.asked);
    await finish(claim, at(20), null, false);
    expect(await workOf(claim.mailboxId)).toMatchObject({ due_at: null });
  });

  it('never puts off what somebody brought forward', async () => {
    const { ids } = await profileWith({ mailboxes: 1, dueAt: at(5_000), lane: lanes.patient });
    await work.bringForward(sql, ids[0] ?? '', 'incoming', at(1_000), lanes.routine);
    await work.bringForward(sql, ids[0] ?? '', 'incoming', at(9_000), lanes.patient);
    expect(await workOf(ids[0] ?? '')).toMatchObject({ due_at: at(1_000), lane: lanes.routine });
  });
});

describe('a budget', () => {
  it('grows one step at a time while work waits behind it, up to what the owner allows', async () => {
    const { profileId } = await profileWith({ concurrency: 2, most: 4, mailboxes: 20 });
    await pacing.growBudgets(start);
    expect(await concurrencyOf(profileId)).toBe(2);
    const grown: number[] = [];
    for (let turn = 1; turn <= 6; turn += 1) {
      const now = at(turn * 6_000);
      await sql.query(`UPDATE mailbox_work SET lease_until = $2 WHERE profile_id = $1 AND lease_until IS NOT NULL`, [
        profileId,
        at(1e6),
      ]);
      await pacing.claimDue(now, 500);
      await sql.query(`UPDATE mailbox_work SET lease_until = $2 WHERE profile_id = $1 AND lease_until IS NOT NULL`, [
        profileId,
        at(1e6),
      ]);
      await pacing.growBudgets(now);
      await pacing.growBudgets(now);
      grown.push(await concurrencyOf(profileId));
    }
    expect(grown).toEqual([3, 4, 4, 4, 4, 4]);
  });

  it.each([
    ['nothing waits', { mailboxes: 2 }, ''],
    ['what waits is not due yet', { mailboxes: 2, dueAt: start }, ''],
    ['the profile is suspended', {}, `UPDATE profile_pacing SET suspended_cause = 'Http401'`],
    ['the profile is on hold', {}, `UPDATE profile_pacing SET hold_until = 'infinity'`],
    ['it changed a moment ago', {}, `UPDATE profile_pacing SET grown_at = '2026-03-01T07:59:56Z'`],
  ])('does not grow while %s', async (_what, given, change) => {
    const { profileId } = await profileWith({ concurrency: 2, ...given });
    await pacing.claimDue(start, 500);
    if (change) await sql.query(change);
    await pacing.growBudgets(start);
    expect(await concurrencyOf(profileId)).toBe(2);
  });

  it('is halved by throttling, once a burst, never below one, and the profile waits', async () => {
    const { profileId } = await profileWith({ concurrency: 9 });
    await Promise.all([1, 2, 3, 4].map((ms) => pacing.throttle(sql, profileId, at(10_000 + ms), at(ms))));
    expect(await concurrencyOf(profileId)).toBe(4);
    expect(await pacing.claimDue(at(10_003), 500)).toEqual([]);
    expect(await pacing.claimDue(at(10_004), 500)).toHaveLength(4);
    // A shorter wait does not cut a longer one.
    await pacing.throttle(sql, profileId, at(90_000), at(20_000));
    await pacing.throttle(sql, profileId, at(60_000), at(30_000));
    expect(await pacing.claimDue(at(89_999), 500)).toEqual([]);
    for (let turn = 1; turn < 5; turn += 1)
      await pacing.throttle(sql, profileId, at(90_000), at(90_000 + turn * 6_000));
    expect(await concurrencyOf(profileId)).toBe(1);
  });

  it('of runs that meet the same refusal together counts one strike', async () => {
    const { profileId } = await profileWith();
    const strikes: number[] = [];
    const suspend = (now: Date) =>
      sql.transaction((manager) =>
        pacing.suspend(manager, profileId, 'Http401', now, (count) => {
          strikes.push(count);
          return at(now.getTime() - start.getTime() + 1_000 * count);
        }),
      );
    expect((await Promise.all([1, 2, 3, 4, 5].map(() => suspend(start)))).filter(Boolean)).toHaveLength(1);
    expect(await suspend(at(1_000))).toBe(false);
    expect(strikes).toEqual([1, 2]);
    expect(await pacing.resume(sql, profileId, at(3_000))).toBe('Http401');
    expect(await pacing.resume(sql, profileId, at(3_000))).toBeNull();
  });
});

describe('a server that leaves calls unanswered', () => {
  it('is asked by those that are well, later too when all of them were at work at first', async () => {
    const { profileId } = await profileWith({ mailboxes: 4, dueAt: at(60_000) });
    const [{ host }] = await sql.query(`SELECT server_host AS host FROM email_server_profiles WHERE id = $1`, [
      profileId,
    ]);
    await sql.query(`UPDATE mailbox_work SET lease_until = $1 WHERE kind = 'incoming'`, [at(45_000)]);
    const fail = async (times: number) => {
      for (let time = 0; time < times; time += 1)
        expect(
          await servers.noteFailure(sql, host, profileId, 'SocketClosed', at(1_000), at(1_000), () => at(31_000)),
        ).toMatchObject({ isStrike: false });
    };
    const dueNow = async () =>
      (await sql.query(`SELECT FROM mailbox_work WHERE kind = 'incoming' AND due_at <= $1`, [at(1_000)])).length;
    await fail(4);
    expect(await dueNow()).toBe(0);
    await sql.query(`UPDATE mailbox_work SET lease_until = NULL WHERE kind = 'incoming'`);
    await fail(2);
    expect(await dueNow()).toBe(3);
    await sql.query('DELETE FROM server_pacing');
  });
});
