import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { DataSource } from 'typeorm';
import { hashOfSecret } from '../../src/features/identity/callers/session-token.js';
import { SessionsStore } from '../../src/features/identity/callers/sessions.store.js';
import { GuessDelaysStore } from '../../src/features/identity/sign-in/guess-delays.store.js';
import { KnownNetworksStore } from '../../src/features/identity/sign-in/known-networks.store.js';
import { MembershipsStore } from '../../src/features/identity/users/memberships.store.js';
import { SignInAttemptsStore } from '../../src/features/identity/sign-in/sign-in-attempts.store.js';
import { SignInLinksStore } from '../../src/features/identity/sign-in/sign-in-links.store.js';
import { SignInsStore } from '../../src/features/identity/sign-in/sign-ins.store.js';
import { SingleSignOnStore } from '../../src/features/identity/oidc/single-sign-on.store.js';
import { UsersStore } from '../../src/features/identity/users/users.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const now = new Date('2026-06-01T00:00:00Z');
const later = new Date('2026-06-01T12:00:00Z');

describe('the SQL of signing in', () => {
  let database: TestDatabase;
  let user: string;
  let email: string;
  let profile: string;

  beforeAll(async () => {
    database = await createTestDatabase({ fresh: true });
    const fill: [string, unknown[]?][] = [
      [
        `INSERT INTO email_server_profiles SELECT gen_random_uuid(), 'n' || n, 'o', 'o@x', 'exchange', 'http://h' || n || '/x', 'basic', 'u',
         'v1:k:AAAA', 'impersonation', 'SmtpAddress', now(), 60, 10, true, 1, now(), now() FROM generate_series(1, 300) n`,
      ],
      [
        `INSERT INTO users (id, email, name, role, all_profiles, password_hash, oidc_issuer, oidc_subject, created_at)
         SELECT gen_random_uuid(), 'user' || n || '@x.example', 'n', 'owner', false, 'h', 'https://issuer', 's' || n, now() FROM generate_series(1, 20000) n`,
      ],
      [
        `INSERT INTO user_profiles SELECT u.id, p.id FROM users u
         JOIN (SELECT id, row_number() OVER () AS n FROM email_server_profiles) p ON p.n = 1 + (hashtext(u.id::text) & 255)`,
      ],
      [
        `INSERT INTO sessions (id, user_id, token_hash, signed_in_by, created_at, last_used_at, expires_at, ends_at)
         SELECT gen_random_uuid(), id, sha256(id::text::bytea), 'password', $1, $1, $1::timestamptz + interval '12 hours' - (random() < 0.001)::int * interval '1 day', $1::timestamptz + interval '7 days' FROM users`,
        [now],
      ],
      [
        `INSERT INTO sign_in_links (id, kind, user_id, token_hash, created_at, expires_at)
         SELECT gen_random_uuid(), 'invitation', id, sha256(id::text::bytea), $1, $1::timestamptz + interval '1 day' - (random() < 0.001)::int * interval '2 days' FROM users`,
        [now],
      ],
      [
        `INSERT INTO sign_in_attempts SELECT sha256(n::text::bytea), 1, $1::timestamptz + interval '5 minutes' - (n % 1000 = 0)::int * interval '1 day' FROM generate_series(1, 50000) n`,
        [now],
      ],
      [
        `INSERT INTO sign_in_delays SELECT sha256(n::text::bytea), 1, $1, $1::timestamptz + interval '5 minutes' - (n % 1000 = 0)::int * interval '1 day' FROM generate_series(1, 50000) n`,
        [now],
      ],
      [
        `INSERT INTO known_networks SELECT u.id, sha256(n::text::bytea), $1 FROM users u CROSS JOIN generate_series(1, 3) n`,
        [now],
      ],
      ['ANALYZE'],
    ];
    for (const [statement, parameters] of fill) await database.dataSource.query(statement, parameters);
    [{ user, email }] = await database.dataSource.query('SELECT id AS user, email FROM users OFFSET 5000 LIMIT 1');
    [{ profile }] = await database.dataSource.query('SELECT profile_id AS profile FROM user_profiles LIMIT 1');
  });
  afterAll(() => database?.drop());

  it('finds its rows without scanning a table', async () => {
    const plans: string[] = [];
    const { dataSource } = database;
    const explain = async (text: string, parameters?: unknown[]) => {
      const rows = await dataSource.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`, parameters);
      plans.push(`${text}\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`);
      return dataSource.query<unknown>(text, parameters);
    };
    const sql = { query: explain } as unknown as DataSource;
    const hash = Buffer.from(
      (await dataSource.query(`SELECT encode(sha256($1::text::bytea), 'hex') AS hash`, [user]))[0].hash,
      'hex',
    );

    const sessions = new SessionsStore();
    const live = await sessions.findLive(sql, hash, now);
    expect(live).toMatchObject({ userId: user, profileIds: [expect.any(String)] });
    await sessions.noteUse(sql, live?.id ?? '', later, 60_000);
    expect(await sessions.removeExpired(sql, now, 10)).toBeGreaterThan(0);
    const one = { id: uuid(), userId: user, signedInBy: 'oidc', now, expiresAt: later, endsAt: later } as const;
    await sessions.insert(sql, one, randomBytes(32));
    await sessions.endAllOf(sql, user, one.id);
    expect(await sessions.endByHash(sql, hash)).toBeNull();

    const attempts = new SignInAttemptsStore();
    const keys = [randomBytes(32), randomBytes(32)];
    expect(await attempts.count(sql, keys, now, later)).toHaveLength(2);
    expect((await attempts.count(sql, keys, now, later)).map((row) => row.attempts)).toEqual([2, 2]);
    await attempts.takeBack(sql, keys);
    expect(await attempts.removeEnded(sql, now, 10)).toBe(10);

    const links = new SignInLinksStore();
    expect(await links.find(sql, hash, now)).toMatchObject({ userId: user });
    await links.insert(sql, { id: uuid(), kind: 'invitation', userId: user, now, expiresAt: later }, hashOfSecret('x'));
    expect(await links.take(sql, hash, now)).toBeNull();
    expect(await links.take(sql, hashOfSecret('x'), now)).toEqual({ kind: 'invitation', userId: user });
    await links.removeAllOf(sql, user);
    await links.removeFirstAdmin(sql, null);
    expect(await links.removeExpired(sql, now, 5)).toBe(5);

    const users = new UsersStore();
    expect(await users.credentialsOf(sql, email.toUpperCase())).toMatchObject({ id: user });
    expect(await users.find(sql, user)).toMatchObject({ email });
    expect(await users.list(sql, { profileId: null, after: user, limit: 50 })).toHaveLength(50);
    expect(await users.hasAdmin(sql)).toBe(false);
    expect(await users.lockAdmins(sql)).toEqual([]);
    const signIns = new SignInsStore();
    expect(await signIns.succeed(sql, user, { hash: 'h', newHash: null, now })).toBe(true);
    const delays = new GuessDelaysStore();
    const guess = { email, network: '192.0.2.1' };
    const locked = await delays.lock(sql, guess, false, now);
    expect(locked.map(({ ofStrangers }) => ofStrangers).sort()).toEqual([false, true]);
    expect(await delays.lock(sql, guess, true, now)).toEqual(locked.filter(({ ofStrangers }) => !ofStrangers));
    await delays.write(
      sql,
      locked.map((delay) => ({ ...delay, tries: 2 })),
    );
    expect((await delays.lockPresent(sql, guess)).map(({ tries }) => tries)).toEqual([2, 2]);
    await delays.remove(sql, guess);
    expect(await delays.lockPresent(sql, guess)).toEqual([]);
    expect(await delays.removeEnded(sql, now, 10)).toBe(10);
    const networks = new KnownNetworksStore();
    expect(await networks.knows(sql, email, hash, new Date(0))).toBe(false);
    await networks.note(sql, { userId: user, network: hash, now: later, limit: 2 });
    expect(await networks.knows(sql, email.toUpperCase(), hash, new Date(0))).toBe(true);
    await networks.removeAllOf(sql, user);
    const sso = new SingleSignOnStore();
    expect(await sso.lockByEmail(sql, email)).toMatchObject({ id: user });
    expect(await sso.lockBySubject(sql, { issuer: 'https://issuer', subject: 's77' })).not.toBeNull();
    const memberships = new MembershipsStore();
    expect(await memberships.membersOf(sql, profile, { after: null, limit: 20 })).toHaveLength(20);
    await memberships.replace(sql, user, [profile]);
    await memberships.remove(sql, user, profile);

    const scans = plans.filter((plan) => /Seq Scan on (?!email_server_profiles)\w/.test(plan));
    expect(scans).toEqual([]);
    expect(plans.length).toBeGreaterThan(25);
  });
});
