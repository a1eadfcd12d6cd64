import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { RunsUnderWay, type RunUnderWay } from '../../src/features/mailboxes/runs-under-way.js';
import { PacingStore, type Claim } from '../../src/features/scheduling/pacing.store.js';
import { ServerPacingStore } from '../../src/features/scheduling/server-pacing.store.js';
import { lanes } from '../../src/features/scheduling/work.js';
import { WorkStore } from '../../src/features/scheduling/work.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeProfile } from '../support/profiles.js';
import { claimDue } from './support/claims.js';

/** Six servers that accept calls and say nothing, beside one that works, with the job slots of one process. */
const start = new Date('2026-03-01T08:00:00Z');
const at = (ms: number) => new Date(start.getTime() + ms);
const slots = 50;
const tickMs = 200;
const pollMs = 5_000;
/** The silence after which a call to a silent server ends. */
const silenceMs = 120_000;

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
afterEach(() => sql.query('TRUNCATE mailboxes, email_server_profiles, server_pacing CASCADE'));

async function profileOn(host: string, mailboxes: number, concurrency = 2): Promise<string> {
  const profileId = await makeProfile(sql, {
    ewsUrl: `https://${host}/EWS/Exchange.asmx`,
    maxConcurrentConnections: 15,
  });
  await sql.query(`UPDATE profile_pacing SET concurrency = $2, grown_at = $3 WHERE profile_id = $1`, [
    profileId,
    concurrency,
    at(-60_000),
  ]);
  const ids = Array.from({ length: mailboxes }, () => uuid());
  await sql.query(
    `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, created_at, updated_at)
     SELECT id, $2, id || '@example.com', true, false, 'active', $3, $3, $3 FROM unnest($1::uuid[]) AS id`,
    [ids, profileId, start],
  );
  await work.create(sql, ids, start);
  return profileId;
}

interface UnderWay {
  readonly claim: Claim;
  readonly endsAt: number;
  readonly run: RunUnderWay;
}

/** One process with its slots: jobs wait for one in the order of their lanes. @returns the longest gaps of the healthy profile's mailboxes, ms */
async function carryOn(
  healthy: string,
  forMs: number,
  silentSince = 0,
): Promise<{ gap: number; most: Map<string, number> }> {
  const process = new RunsUnderWay();
  const queue: Claim[] = [];
  let running: UnderWay[] = [];
  const lastEnd = new Map<string, number>();
  const most = new Map<string, number>();
  let gap = 0;
  let givenUp: (run: RunUnderWay) => unknown = () => undefined;
  for (let now = 0; now < forMs; now += tickMs) {
    for (const { claim } of running.filter((one) => one.endsAt <= now)) {
      const isHealthy = claim.profileId === healthy || now < silentSince;
      if (claim.profileId === healthy) {
        gap = Math.max(gap, now - (lastEnd.get(claim.mailboxId) ?? 0));
        lastEnd.set(claim.mailboxId, now);
      }
      const next = { dueAt: at(now + pollMs), lane: lanes.routine, attempts: isHealthy ? 0 : 1 };
      await work.finish(sql, claim, next, true, at(now));
    }
    for (const { run } of running.filter((one) => one.endsAt <= now)) process.remove(run);
    running = running.filter((one) => one.endsAt > now);
    const surplus: UnderWay[] = [];
    givenUp = (run) => surplus.push(...running.filter((one) => one.run === run));
    if (now % 1_000 === 0) process.relieve(at(now));
    for (const { claim, run } of surplus) {
      process.remove(run);
      await work.putBack(claim, at(now));
    }
    running = running.filter((one) => !surplus.includes(one));
    if (now % 10_000 === 0) for (const { claim } of running) await work.renew(claim, at(now));
    const claims = await claimDue(sql, pacing, at(now), 500);
    if (claims.length > 0) await pacing.growBudgets(at(now));
    queue.push(...claims);
    while (queue.length > 0 && running.length < slots) {
      const begun = await work.begin(queue.shift()!, at(now));
      if (!begun) continue;
      const silent = begun.lease.profileId !== healthy && now >= silentSince;
      const run: RunUnderWay = {
        host: begun.lease.profileId,
        ledger: { callingSince: at(now), heardAt: silent ? null : at(now + tickMs) },
        onlyReads: true,
        giveUp: () => givenUp(run),
      };
      if (!process.admits(run.host, at(now))) {
        await work.putBack(begun.lease, at(now));
        continue;
      }
      process.add(run);
      running.push({ claim: begun.lease, endsAt: now + (silent ? silenceMs : tickMs), run });
    }
    for (const { claim } of running)
      most.set(
        claim.profileId,
        Math.max(
          most.get(claim.profileId) ?? 0,
          running.filter((one) => one.claim.profileId === claim.profileId).length,
        ),
      );
  }
  for (const last of lastEnd.values()) gap = Math.max(gap, forMs - last);
  return { gap, most };
}

it('six silent servers hold a few slots each, and a healthy mailbox keeps its pace', async () => {
  for (let server = 1; server <= 6; server += 1) await profileOn(`silent${server}.example`, 15);
  const healthy = await profileOn('healthy.example', 3);
  const { gap, most } = await carryOn(healthy, 180_000);
  expect(gap).toBeLessThan(2 * pollMs);
  most.delete(healthy);
  expect(Math.max(...most.values())).toBeLessThanOrEqual(4);
}, 300_000);

it('servers that fall silent when they are trusted with many calls do not take all slots either', async () => {
  for (let server = 1; server <= 6; server += 1) await profileOn(`silent${server}.example`, 15, 15);
  const healthy = await profileOn('healthy.example', 3);
  const { gap } = await carryOn(healthy, 120_000, 20_000);
  expect(gap).toBeLessThan(2 * pollMs);
}, 300_000);

it.each([
  [1, 2],
  [2, 2],
  [4, 10],
  [6, 10],
])(
  'the other mailboxes of a server keep their pace when the calls of %d of them begin to hang (budget %d)',
  async (hanging, concurrency) => {
    const profileId = await profileOn('half.example', 15, concurrency);
    const rows = await sql.query<{ id: string }[]>(`SELECT id FROM mailboxes WHERE profile_id = $1 ORDER BY id`, [
      profileId,
    ]);
    const hung = new Set(rows.slice(0, hanging).map(({ id }) => id));
    const lastEnd = new Map(rows.slice(hanging).map(({ id }) => [id, 0]));
    let running: (Pick<UnderWay, 'claim' | 'endsAt'> & { readonly hangs: boolean })[] = [];
    let gap = 0;
    // Until the calls have timed out and were tried again.
    const end = 200_000;
    for (let now = 0; now < end; now += tickMs) {
      for (const { claim, hangs } of running.filter((one) => one.endsAt <= now)) {
        if (!hangs) await servers.noteAnswer(sql, profileId, at(now));
        if (!hung.has(claim.mailboxId)) {
          gap = Math.max(gap, now - (lastEnd.get(claim.mailboxId) ?? 0));
          lastEnd.set(claim.mailboxId, now);
        }
        const next = { dueAt: at(now + pollMs), lane: lanes.routine, attempts: hangs ? 1 : 0 };
        await work.finish(sql, claim, next, true, at(now));
      }
      running = running.filter((one) => one.endsAt > now);
      if (now % 10_000 === 0) for (const { claim } of running) await work.renew(claim, at(now));
      for (const claim of await claimDue(sql, pacing, at(now), 500)) {
        const begun = await work.begin(claim, at(now));
        const hangs = now >= 20_000 && hung.has(claim.mailboxId);
        if (begun) running.push({ claim: begun.lease, endsAt: now + (hangs ? silenceMs : tickMs), hangs });
      }
    }
    for (const last of lastEnd.values()) gap = Math.max(gap, end - last);
    expect(gap).toBeLessThan(3 * pollMs);
  },
  300_000,
);

it('the profiles of one silent server share its few leases', async () => {
  for (let index = 0; index < 5; index += 1) await profileOn('silent.example', 5);
  const [first, ...more] = await claimDue(sql, pacing, start, 2);
  for (const claim of [first!, ...more]) await work.begin(claim, start);
  await sql.query(`UPDATE mailbox_work SET lease_until = $1 WHERE lease_until IS NOT NULL`, [at(60_000)]);
  expect(await claimDue(sql, pacing, at(10_000), 500)).toHaveLength(1);
  expect(await claimDue(sql, pacing, at(10_200), 500)).toHaveLength(0);
});

it('a server that answers other calls is not held back by a few long ones', async () => {
  const profileId = await profileOn('busy.example', 15, 10);
  const claims = await claimDue(sql, pacing, start, 3);
  const leases = await Promise.all(claims.map((claim) => work.begin(claim, start)));
  await work.renew(leases[0]!.lease, at(9_000), at(9_000));
  expect(await claimDue(sql, pacing, at(10_000), 500)).toHaveLength(7);
  expect(profileId).toBeDefined();
});

it('claims come in turns, so that no profile queues up before the others', async () => {
  const profiles = [];
  for (let index = 0; index < 4; index += 1) profiles.push(await profileOn(`s${index}.example`, 10, 10));
  const claims = await claimDue(sql, pacing, start, 500);
  expect(claims).toHaveLength(40);
  expect(new Set(claims.slice(0, 4).map(({ profileId }) => profileId))).toEqual(new Set(profiles));
});
