import type { EntityManager } from 'typeorm';
import { Module } from '@nestjs/common';
import { AccessModule } from '../../src/features/identity/access.module.js';
import { MailServerFactory, type ServerConnection } from '../../src/features/profiles/mail-server-factory.js';
import { ProfileConnections } from '../../src/features/profiles/profile-connections.js';
import { ProfileListener } from '../../src/features/profiles/profile-listener.js';
import { ProfilesModule } from '../../src/features/profiles/profiles.module.js';
import type { MailboxSession, MailServer } from '../../src/drivers/port/mail-server.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { startApi, testSecretBox, type ApiAnswer, type TestApi } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openApiFaults } from '../support/openapi.js';
import { makeProfile } from '../support/profiles.js';

const path = '/v1/email-server-profiles';
const nowhere = '01a2009c-5c56-7060-a92f-438cbc6b26f0';
const password = 'correct horse battery staple';

/** Notes what it is told, and may fail the change. */
class Listener extends ProfileListener {
  readonly told: string[] = [];
  failure: Error | null = null;

  override async connectionChanged(manager: EntityManager, profileId: string): Promise<void> {
    await manager.query('SELECT 1');
    if (this.failure) throw this.failure;
    this.told.push(profileId);
  }

  override async removed(): Promise<void> {}

  override async recipientsChanged(manager: EntityManager): Promise<void> {
    await manager.query('SELECT 1');
  }
}

@Module({ providers: [{ provide: ProfileListener, useClass: Listener }] })
class ListenerModule {}

/** Makes servers whose calls end when the test says so. */
class FakeServers extends MailServerFactory {
  readonly made: { connection: ServerConnection; closed: boolean; finishCall: () => void }[] = [];

  override create(connection: ServerConnection): MailServer {
    const server = { connection, closed: false, finishCall: () => undefined as void };
    this.made.push(server);
    const session = {
      openFolder: () =>
        new Promise((resolve) => {
          server.finishCall = () => resolve({ id: 'inbox' });
        }),
    };
    return {
      openMailbox: () => session as unknown as MailboxSession,
      close: async () => {
        server.closed = true;
      },
    };
  }
}

describe('email server profiles', () => {
  let database: TestDatabase;
  let api: TestApi;
  let listener: Listener;
  const clock = new ManualClock();
  const servers = new FakeServers();
  const secretBox = testSecretBox();

  beforeAll(async () => {
    database = await createTestDatabase();
    api = await startApi([AccessModule, ProfilesModule, ListenerModule], {
      dataSource: database.dataSource,
      clock,
      secretBox,
      overrides: [{ provide: MailServerFactory, useValue: servers }],
    });
    listener = api.app.get<Listener>(ProfileListener, { strict: false });
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });
  beforeEach(() => {
    listener.told.length = 0;
    listener.failure = null;
  });

  const minimal = () => ({
    name: 'Sales',
    ownerName: 'Olga Owner',
    ownerEmail: 'olga@example.com',
    ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
    auth: { type: 'basic', username: 'EXAMPLE\\svc', password },
  });
  const create = async (change: object = {}): Promise<ApiAnswer['body']> => {
    const answer = await api.client().post(path, { ...minimal(), ...change });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const keyFor = async (scopes: string[], profileIds: string[] | null = null) =>
    api.client((await api.client().post('/v1/api-keys', { name: 'k', scopes, profileIds })).body.token as string);
  const sql = <T>(text: string, parameters: unknown[] = []) => database.dataSource.query<T>(text, parameters);

  it('is created with sensible defaults, paced softly, and never shows its password', async () => {
    const created = await create();
    expect(created).toEqual({
      id: expect.any(String),
      ...minimal(),
      addressSetBy: 'administrator',
      auth: { type: 'basic', username: 'EXAMPLE\\svc', passwordSet: true },
      serverType: 'exchange',
      access: 'impersonation',
      connectingSidType: 'SmtpAddress',
      processEmailsFrom: clock.now().toISOString(),
      minPollingIntervalSeconds: 60,
      maxConcurrentConnections: 10,
      maxSendsPerMinute: 30,
      notifyOwner: true,
      escalationContact: null,
      escalateAfterMinutes: 240,
      trackingToken: { enabled: false, prefix: 'PR:', digits: 8 },
      smartMatching: { enabled: false, windowDays: 14 },
      blockedAttachmentExtensions: [],
      maxAttachmentBytes: null,
      maxMessageBytes: null,
      contentRetentionDays: null,
      pacing: { concurrency: 2, holdUntil: null, suspendedCause: null },
      version: 1,
      createdAt: clock.now().toISOString(),
      updatedAt: clock.now().toISOString(),
    });
    expect((await api.client().get(`${path}/${created.id}`)).body).toEqual(created);
    expect((await create({ maxConcurrentConnections: 1 })).pacing.concurrency).toBe(1);
  });

  it('seals its password for its own row, and keeps it out of answers, tables and the log', async () => {
    const { id } = await create();
    await api.client().patch(`${path}/${id}`, { auth: { password: `${password}!` } });
    await api.client().post(path, { ...minimal(), auth: { ...minimal().auth, oops: password } });
    const everywhere = [
      JSON.stringify(await api.client().all(path)),
      JSON.stringify(await sql('SELECT * FROM email_server_profiles')),
      JSON.stringify(await sql('SELECT * FROM idempotency_keys')),
      api.logged(),
    ].join();
    expect(everywhere).not.toContain(password);
    const connections = api.app.get(ProfileConnections, { strict: false });
    expect(await connections.connectionOf(id)).toMatchObject({
      id,
      version: 2,
      auth: { type: 'basic', username: 'EXAMPLE\\svc', password: `${password}!` },
      processEmailsFrom: expect.any(Date),
    });
    expect(JSON.stringify(await connections.connectionOf(id))).not.toContain('v1:test');
    const [stolen] = await sql<{ auth_secret: string }[]>(
      'SELECT auth_secret FROM email_server_profiles WHERE id = $1',
      [id],
    );
    const other = await create();
    await sql('UPDATE email_server_profiles SET auth_secret = $2 WHERE id = $1', [other.id, stolen?.auth_secret]);
    await expect(connections.connectionOf(other.id)).rejects.toThrow('another row');
    expect(await connections.connectionOf(nowhere)).toBeNull();
  });

  it('is created once per Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'a-profile' };
    const body = { ...minimal(), name: 'Once' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.client().post(path, body, headers)));
    expect(new Set(answers.map(({ status, body: { id } }) => `${status} ${id}`)).size).toBe(1);
    expect(await api.client().all(`${path}?name=Once`)).toHaveLength(1);
  });

  describe('changes', () => {
    it('changes what is named and nothing else', async () => {
      const before = await create();
      clock.advance(1_000);
      const changed = await api.client().patch(`${path}/${before.id}`, { name: 'Service', notifyOwner: false });
      expect(changed.status).toBe(200);
      expect(changed.body).toEqual({
        ...before,
        name: 'Service',
        notifyOwner: false,
        version: 2,
        updatedAt: clock.now().toISOString(),
      });
      expect((await api.client().patch(`${path}/${before.id}`, {})).body.version).toBe(2);
      expect(listener.told).toEqual([]);
    });

    it.each([
      ['the address', { ewsUrl: 'https://mail.example.com/other/Exchange.asmx' }, true],
      ['the password', { auth: { password: 'new' } }, true],
      ['the same password again', { auth: { password } }, true],
      ['the user name', { auth: { username: 'other' } }, true],
      ['the access', { access: 'delegation' }, true],
      ['the kind of SID', { connectingSidType: 'SID' }, true],
      ['the same address again', { ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx' }, false],
      ['the polling interval', { minPollingIntervalSeconds: 5 }, false],
      ['the owner', { ownerEmail: 'other@example.com' }, false],
    ])('asks for a new try at once after a change of %s: %j %s', async (_what, patch, expected) => {
      const { id } = await create();
      await sql(
        `UPDATE profile_pacing SET hold_until = $2, strikes = 4, suspended_cause = 'Http401' WHERE profile_id = $1`,
        [id, clock.in(900_000)],
      );
      const { pacing } = (await api.client().patch(`${path}/${id}`, patch)).body;
      expect(pacing.suspendedCause).toBe('Http401');
      expect(pacing.holdUntil).toBe(expected ? null : clock.in(900_000).toISOString());
      expect(listener.told).toEqual(expected ? [id] : []);
      const [row] = await sql<{ strikes: number }[]>('SELECT strikes FROM profile_pacing WHERE profile_id = $1', [id]);
      expect(row?.strikes).toBe(expected ? 0 : 4);
    });

    it('sends the stored password to no other server than it was given for', async () => {
      const { id } = await create();
      const elsewhere = { ewsUrl: 'https://other.example.com/EWS/Exchange.asmx' };
      const refused = await api.client().patch(`${path}/${id}`, elsewhere);
      expect([refused.status, refused.body.errors]).toEqual([
        400,
        [{ field: 'auth.password', message: 'must be given again when ewsUrl names another server' }],
      ]);
      expect((await api.client().patch(`${path}/${id}`, { ...elsewhere, auth: { password: 'new' } })).status).toBe(200);
    });

    it('undoes the change when its consequences cannot be written', async () => {
      const before = await create();
      listener.failure = new Error('no');
      expect((await api.client().patch(`${path}/${before.id}`, { access: 'delegation' })).status).toBe(500);
      expect((await api.client().get(`${path}/${before.id}`)).body).toEqual(before);
    });

    it('lowers the pace with the limit', async () => {
      const { id } = await create();
      await sql('UPDATE profile_pacing SET concurrency = 9 WHERE profile_id = $1', [id]);
      expect((await api.client().patch(`${path}/${id}`, { maxConcurrentConnections: 4 })).body.pacing.concurrency).toBe(
        4,
      );
      expect((await api.client().patch(`${path}/${id}`, { maxConcurrentConnections: 8 })).body.pacing.concurrency).toBe(
        4,
      );
    });

    it('lets one of many changes of a version win', async () => {
      const { id } = await create();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => api.client().patch(`${path}/${id}`, { name: `Name ${n}`, version: 1 })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
      expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
        code: 'version-conflict',
        detail: 'this is version 2, not 1',
      });
      expect((await api.client().get(`${path}/${id}`)).body.name).toBe(
        answers.find(({ status }) => status === 200)?.body.name,
      );
    });

    it('loses none of many changes without a version', async () => {
      const { id } = await create();
      await Promise.all(
        Array.from({ length: 8 }, (_, n) => api.client().patch(`${path}/${id}`, { name: `Name ${n}` })),
      );
      expect((await api.client().get(`${path}/${id}`)).body.version).toBe(9);
    });

    it.each([
      ['1', 200],
      ['"1"', 200],
      ['W/"1"', 200],
      ['*', 200],
      ['"2"', 409],
      ['"one"', 400],
      ['"1", "2"', 400],
    ])('understands If-Match: %s', async (ifMatch, status) => {
      const { id } = await create();
      expect((await api.client().patch(`${path}/${id}`, { name: 'x' }, { 'if-match': ifMatch })).status).toBe(status);
    });
  });

  describe('the list', () => {
    it('walks all profiles once, while others are being added', async () => {
      const known: string[] = (await api.client().all(path)).map(({ id }) => id);
      for (let n = 0; n < 5; n++) known.push((await create({ name: `Walk ${n}` })).id);
      const walked: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: ApiAnswer['body'] = (await api.client().get(`${path}?limit=4${cursor && `&cursor=${cursor}`}`))
          .body;
        expect(page.items.length).toBeLessThanOrEqual(4);
        walked.push(...page.items.map(({ id }: { id: string }) => id));
        cursor = page.nextCursor;
        if (walked.length <= 8) known.push((await create({ name: 'Late' })).id);
      }
      expect(walked).toEqual(known);
    });

    it('filters by a part of the name, taken as it is', async () => {
      await create({ name: '100% Ünïque_Name' });
      const named = async (part: string) => (await api.client().all(`${path}?name=${encodeURIComponent(part)}`)).length;
      expect(await named('ünïque_n')).toBe(1);
      expect(await named('100%')).toBe(1);
      expect(await named('%que')).toBe(0);
      expect(await named(`' OR true --`)).toBe(0);
    });

    it('reads its pages by index', async () => {
      await sql(
        `INSERT INTO email_server_profiles SELECT gen_random_uuid(), 'n' || n, 'o', 'o@x', 'exchange', 'http://x', 'basic', 'u',
           'v1:k:AAAA', 'impersonation', 'SmtpAddress', $1, 60, 10, true, 1, $1, $1 FROM generate_series(1, 3000) n`,
        [clock.now()],
      );
      await sql(
        `INSERT INTO profile_pacing SELECT id, 2, $1 FROM email_server_profiles WHERE name LIKE 'n%' AND owner_name = 'o'`,
        [clock.now()],
      );
      await sql('ANALYZE email_server_profiles, profile_pacing');
      const query = jest.spyOn(database.dataSource, 'query');
      await api.client().get(`${path}?limit=50`);
      const [text, parameters] = query.mock.calls.find(([text]) => text.includes('ORDER BY p.id')) ?? [];
      query.mockRestore();
      const plan = await sql<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`, parameters as unknown[]);
      const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
      expect(lines).toMatch(/Index Scan using email_server_profiles_pkey/);
      expect(lines).not.toMatch(/Seq Scan|Sort/);
      await sql(`DELETE FROM email_server_profiles WHERE owner_name = 'o'`);
    });
  });

  describe('deletion', () => {
    const mailbox = (profileId: string, removedAt: Date | null = null) =>
      sql(
        `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, removed_at, created_at, updated_at)
         VALUES (gen_random_uuid(), $1, gen_random_uuid() || '@example.com', true, true, 'active', $2, $3, $2, $2)`,
        [profileId, clock.now(), removedAt],
      );

    it('is refused while mailboxes use the profile, and says what to do', async () => {
      const { id } = await create();
      await mailbox(id);
      await mailbox(id);
      const refused = await api.client().delete(`${path}/${id}`);
      expect([refused.status, refused.body.code, refused.body.retryable]).toEqual([409, 'profile-in-use', false]);
      expect(refused.body.detail).toBe('2 mailboxes use this profile; delete them first');
      expect(refused.body.remediation).toContain('Delete the mailboxes');
    });

    it('waits for what removed mailboxes leave behind', async () => {
      const { id } = await create();
      await mailbox(id, clock.now());
      const waiting = await api.client().delete(`${path}/${id}`);
      expect([waiting.status, waiting.body.code, waiting.body.retryable]).toEqual([409, 'profile-being-cleared', true]);
      expect(waiting.headers.get('retry-after')).toBe('60');
      await sql('DELETE FROM mailboxes WHERE profile_id = $1', [id]);
      expect((await api.client().delete(`${path}/${id}`)).status).toBe(204);
      expect((await api.client().delete(`${path}/${id}`)).status).toBe(404);
      expect(await sql('SELECT 1 FROM profile_pacing WHERE profile_id = $1', [id])).toEqual([]);
    });
  });

  describe('who may', () => {
    it('shows and changes only the profiles of a limited key', async () => {
      const [mine, other] = [await create(), await create()];
      const client = await keyFor(['write'], [mine.id]);
      expect((await client.all(path)).map(({ id }) => id)).toEqual([mine.id]);
      expect((await client.get(`${path}/${mine.id}`)).status).toBe(200);
      expect((await client.patch(`${path}/${mine.id}`, { name: 'Mine' })).status).toBe(200);
      for (const id of [other.id, nowhere]) {
        const answers = [
          await client.get(`${path}/${id}`),
          await client.patch(`${path}/${id}`, { name: 'Yours' }),
          await client.delete(`${path}/${id}`),
        ];
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      }
      const refused = await client.post(path, minimal());
      expect([refused.status, refused.body.code]).toEqual([403, 'beyond-own-reach']);
    });

    it('asks for the scope to write', async () => {
      const { id } = await create();
      const reader = await keyFor(['read']);
      expect((await reader.get(`${path}/${id}`)).status).toBe(200);
      const refused = [
        await reader.post(path, minimal()),
        await reader.patch(`${path}/${id}`, { name: 'x' }),
        await reader.delete(`${path}/${id}`),
      ];
      expect(refused.map(({ status, body }) => [status, body.code])).toEqual(Array(3).fill([403, 'missing-scope']));
      const stranger = api.client(null);
      expect((await stranger.get(path)).status).toBe(401);
    });
  });

  describe('bad input', () => {
    const bad: [field: string, value: unknown][] = [
      ['name', undefined],
      ['name', ''],
      ['name', '  '],
      ['name', 'x'.repeat(201)],
      ['name', 'a\nb'],
      ['name', 'a\u0000b'],
      ['name', 7],
      ['ownerName', null],
      ['ownerEmail', 'nobody'],
      ['ownerEmail', 'a@b@c'],
      ['ownerEmail', 'a b@example.com'],
      ['ownerEmail', 'a@example.com\r\nBcc: all@example.com'],
      ['ownerEmail', `${'x'.repeat(320)}@example.com`],
      ['serverType', 'imap'],
      ['ewsUrl', 'mail.example.com'],
      ['ewsUrl', 'ftp://mail.example.com'],
      ['ewsUrl', 'file:///etc/passwd'],
      ['ewsUrl', 'https://user:word@mail.example.com/'],
      ['ewsUrl', 'https://user@mail.example.com/'],
      ['ewsUrl', 'https://mail.example.com/#here'],
      ['ewsUrl', 'https://mail.example.com/#'],
      ['ewsUrl', ' https://mail.example.com/'],
      ['ewsUrl', 'https://'],
      ['access', 'owner'],
      ['connectingSidType', 'UPN'],
      ['processEmailsFrom', 'yesterday'],
      ['processEmailsFrom', '2026-02-30T00:00:00Z'],
      ['processEmailsFrom', '0001-01-01T00:00:00Z'],
      ['processEmailsFrom', 1_700_000_000],
      ['minPollingIntervalSeconds', 0],
      ['minPollingIntervalSeconds', 86_401],
      ['minPollingIntervalSeconds', 1.5],
      ['minPollingIntervalSeconds', '60'],
      ['maxConcurrentConnections', 0],
      ['maxConcurrentConnections', 301],
      ['maxSendsPerMinute', 0],
      ['maxSendsPerMinute', 1_001],
      ['notifyOwner', 'yes'],
      ['auth', 'secret'],
      ['auth.type', 'ntlm'],
      ['auth.username', 'with:colon'],
      ['auth.username', ''],
      ['auth.password', ''],
      ['auth.password', 'a\nb'],
      ['auth.token', 'x'],
      ['id', nowhere],
      ['createdAt', '2020-01-01T00:00:00Z'],
      ['nmae', 'typo'],
    ];

    it.each(bad)('refuses %s: %j in a new profile and in a change', async (field, value) => {
      const { id } = await profile;
      const [outer = '', inner] = field.split('.');
      const part = inner === undefined ? { [outer]: value } : { [outer]: { ...minimal().auth, [inner]: value } };
      const before = await sql('SELECT count(*) FROM email_server_profiles');
      for (const answer of [
        await api.client().post(path, { ...minimal(), ...part }),
        ...(value === undefined ? [] : [await api.client().patch(`${path}/${id}`, part)]),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
        expect(answer.body.errors[0].field).toBe(field);
        expect(JSON.stringify(answer.body)).not.toContain(password);
      }
      expect(await sql('SELECT count(*) FROM email_server_profiles')).toEqual(before);
    });

    let profile: Promise<{ id: string }>;
    beforeAll(() => {
      profile = create();
    });

    it.each([
      ['GET', `${path}/x`],
      ['PATCH', `${path}/x`],
      ['DELETE', `${path}/x`],
      ['GET', `${path}?limit=-1`],
      ['GET', `${path}?cursor=!`],
      ['GET', `${path}?name=`],
      ['GET', `${path}?name=%00`],
      ['GET', `${path}?owner=x`],
    ])('refuses %s %s', async (method, address) => {
      expect((await api.client().call(method, address, method === 'PATCH' ? {} : undefined)).status).toBe(400);
    });

    it('takes unusual addresses that exist', async () => {
      for (const ownerEmail of [
        '"olga owner"@example.com',
        'ölga@exämple.com',
        "o'hara+tag@sub.example.co.uk",
        'root@localhost',
      ])
        expect((await create({ ownerEmail })).ownerEmail).toBe(ownerEmail);
      expect((await create({ ewsUrl: 'http://[::1]:8080/EWS/Exchange.asmx' })).ewsUrl).toContain('[::1]');
      expect((await create({ processEmailsFrom: '2026-01-01T01:00:00+01:00' })).processEmailsFrom).toBe(
        '2026-01-01T00:00:00.000Z',
      );
    });
  });

  it('is documented validly', async () => {
    const { body } = await api.client(null).get('/openapi.json');
    expect(openApiFaults(body)).toEqual([]);
    expect(JSON.stringify(body.components.schemas.EmailServerProfile)).not.toContain('"password"');
  });

  describe('connections', () => {
    const identity = {
      address: 'a@example.com',
      access: 'impersonation',
      connectingSid: { type: 'SmtpAddress', value: 'a@example.com' },
    } as const;
    const connections = () => api.app.get(ProfileConnections, { strict: false });
    const connection = async (id: string) => {
      const found = await connections().connectionOf(id);
      if (!found) throw new Error('no such profile');
      return found;
    };

    it('shares one server per profile, and closes it when nobody uses it', async () => {
      const id = await makeProfile(database.dataSource, { secretBox, password: 'p' });
      const server = connections().serverFor(await connection(id));
      expect(connections().serverFor(await connection(id))).toBe(server);
      const made = servers.made.at(-1);
      expect(made?.connection).toEqual({
        ewsUrl: 'http://127.0.0.1:1/EWS/Exchange.asmx',
        addressSetBy: 'administrator',
        auth: { type: 'basic', username: 'EXAMPLE\\svc', password: 'p' },
        maxConnections: 10,
      });
      clock.advance(9 * 60_000);
      await connections().sweep();
      expect(made?.closed).toBe(false);
      clock.advance(60_000);
      await connections().sweep();
      expect(made?.closed).toBe(true);
      expect(connections().serverFor(await connection(id))).not.toBe(server);
    });

    it('gives a changed profile a new server and lets the old one end its calls', async () => {
      const id = await makeProfile(database.dataSource, { secretBox });
      const old = await connection(id);
      const call = connections().serverFor(old).openMailbox(identity).openFolder({ distinguished: 'inbox' });
      const first = servers.made.at(-1);
      await api.client().patch(`${path}/${id}`, { ewsUrl: 'http://127.0.0.1:2/', auth: { password: 'given again' } });
      connections().serverFor(await connection(id));
      const second = servers.made.at(-1);
      expect(second?.connection.ewsUrl).toBe('http://127.0.0.1:2/');
      clock.advance(5 * 60_000);
      await connections().sweep();
      expect([first?.closed, second?.closed]).toEqual([false, false]);
      first?.finishCall();
      expect(await call).toEqual({ id: 'inbox' });
      clock.advance(60_000);
      await connections().sweep();
      expect([first?.closed, second?.closed]).toEqual([true, false]);
    });

    it('closes all of them on shutdown', async () => {
      connections().serverFor(await connection(await makeProfile(database.dataSource, { secretBox })));
      await connections().close();
      expect(servers.made.every(({ closed }) => closed)).toBe(true);
    });
  });
});
