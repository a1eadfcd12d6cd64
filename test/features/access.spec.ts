import { Controller, Get, Module } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AccessModule } from '../../src/features/identity/access.module.js';
import { hashOf, newToken } from '../../src/features/identity/api-keys/api-key.js';
import { ApiKeysStore } from '../../src/features/identity/api-keys/api-keys.store.js';
import { BootstrapKey } from '../../src/features/identity/api-keys/bootstrap-key.js';
import { Caller } from '../../src/features/identity/callers/caller.js';
import { RequireScope } from '../../src/features/identity/callers/require-scope.js';
import { routeScopes } from '../../src/features/identity/callers/route-scopes.js';
import { allows, scopes } from '../../src/features/identity/callers/scope.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { startApi, type TestApi } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeProfile } from '../support/profiles.js';

@Controller('v1/whoami')
class WhoAmIController {
  @Get('read')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read' })
  read(@Caller() caller: Caller) {
    return { scopes: caller.scopes, profileIds: caller.profileIds };
  }

  @Get('write')
  @RequireScope('write')
  @ApiOperation({ summary: 'Write' })
  write() {
    return {};
  }

  @Get('admin')
  @RequireScope('admin')
  @ApiOperation({ summary: 'Admin' })
  admin() {
    return {};
  }
}

@Module({ controllers: [WhoAmIController] })
class WhoAmIModule {}

@Controller('v1/forgotten')
class ForgottenController {
  @Get()
  @ApiOperation({ summary: 'Open to everybody, by mistake' })
  read() {
    return {};
  }
}

@Module({ controllers: [ForgottenController] })
class ForgottenModule {}

describe('API keys', () => {
  let database: TestDatabase;
  let api: TestApi;
  const clock = new ManualClock();

  beforeAll(async () => {
    database = await createTestDatabase();
    api = await startApi([AccessModule, WhoAmIModule], { dataSource: database.dataSource, clock });
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });

  const create = async (body: object, token?: string) => (await api.client(token).post('/v1/api-keys', body)).body;
  const works = async (token: string) => (await api.client(token).get('/v1/whoami/read')).status === 200;

  describe('at the door', () => {
    it.each([
      ['no header', null],
      ['another scheme', 'Basic YWRtaW46YWRtaW4='],
      ['no token', 'Bearer '],
      ['an unknown token', `Bearer ${newToken()}`],
      ['an endless token', `Bearer ${'x'.repeat(5_000)}`],
      ['two tokens', 'Bearer one two'],
    ])('refuses %s with 401', async (_what, authorization) => {
      for (const path of ['/v1/api-keys', '/v1/no-such-thing', '/v1']) {
        const answer = await api.client(null).get(path, authorization === null ? {} : { authorization });
        expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
    });

    it('takes the scheme in any case', async () => {
      expect(
        (await api.client(null).get('/v1/whoami/read', { authorization: `bearer  ${api.adminToken}` })).status,
      ).toBe(200);
    });

    it('lets each key do what its scopes allow, and names the missing scope', async () => {
      for (const held of scopes) {
        const { token } = await create({ name: held, scopes: [held] });
        for (const needed of scopes) {
          const answer = await api.client(token).get(`/v1/whoami/${needed}`);
          expect(answer.status).toBe(allows([held], needed) ? 200 : 403);
          if (answer.status === 403) {
            expect(answer.body.code).toBe('missing-scope');
            expect(answer.body.detail).toContain(`the scope ${needed}`);
          }
        }
      }
      expect(scopes.map((held) => scopes.filter((needed) => allows([held], needed)))).toEqual([
        ['read'],
        ['read', 'write'],
        ['read', 'write', 'admin'],
      ]);
    });

    it('stops a process whose route declares no scope', async () => {
      await expect(startApi([AccessModule, ForgottenModule], { dataSource: database.dataSource })).rejects.toThrow(
        'GET /v1/forgotten declares no scope',
      );
    });

    it('lists every route with its scope', () => {
      const routes = routeScopes(api.app).filter(({ path }) => !path.startsWith('/docs'));
      expect(routes).toEqual([
        { method: 'GET', path: '/openapi.json', scope: null },
        { method: 'GET', path: '/v1/api-keys', scope: 'admin' },
        { method: 'POST', path: '/v1/api-keys', scope: 'admin' },
        { method: 'DELETE', path: '/v1/api-keys/:id', scope: 'admin' },
        { method: 'GET', path: '/v1/api-keys/:id', scope: 'admin' },
        { method: 'GET', path: '/v1/whoami/admin', scope: 'admin' },
        { method: 'GET', path: '/v1/whoami/read', scope: 'read' },
        { method: 'GET', path: '/v1/whoami/write', scope: 'write' },
      ]);
    });
  });

  describe('over their life', () => {
    it('shows the secret once and stores only its hash', async () => {
      const { token, ...key } = await create({ name: 'once', scopes: ['read', 'read'] });
      expect(token).toMatch(/^pr_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/);
      expect(key).toMatchObject({ name: 'once', scopes: ['read'], profileIds: null, revokedAt: null });
      expect(token.startsWith(key.prefix)).toBe(true);
      const read = await api.client().get(`/v1/api-keys/${key.id}`);
      expect(read.body).toEqual(key);
      const secret = token.slice(12);
      const everywhere = [
        JSON.stringify(await api.client().all('/v1/api-keys')),
        JSON.stringify(await database.dataSource.query('SELECT * FROM api_keys')),
        JSON.stringify(await database.dataSource.query('SELECT * FROM idempotency_keys')),
        api.logged(),
      ].join();
      expect(everywhere).toContain(key.prefix);
      expect(everywhere).not.toContain(secret);
      expect(everywhere).not.toContain(api.adminToken);
      const [row] = await database.dataSource.query<{ secret_hash: Buffer }[]>(
        'SELECT secret_hash FROM api_keys WHERE id = $1',
        [key.id],
      );
      expect(row?.secret_hash.equals(hashOf(token))).toBe(true);
    });

    it('does not keep the secret for a repetition either', async () => {
      const headers = { 'idempotency-key': 'make-a-key' };
      const first = await api.client().post('/v1/api-keys', { name: 'twice', scopes: ['read'] }, headers);
      const again = await api.client().post('/v1/api-keys', { name: 'twice', scopes: ['read'] }, headers);
      expect(again.status).toBe(201);
      expect(again.body).toEqual({ ...first.body, token: null });
      const kept = await database.dataSource.query('SELECT answer FROM idempotency_keys');
      expect(JSON.stringify(kept)).not.toContain(first.body.token.slice(12));
    });

    it('expires', async () => {
      const expiresAt = clock.in(60_000).toISOString();
      const { token } = await create({ name: 'short', scopes: ['read'], expiresAt });
      expect(await works(token)).toBe(true);
      clock.advance(59_000);
      expect(await works(token)).toBe(true);
      clock.advance(1_000);
      expect(await works(token)).toBe(false);
    });

    it('stops at once where it is revoked, and within five seconds elsewhere', async () => {
      const { token, id } = await create({ name: 'gone', scopes: ['read'] });
      const elsewhere = await startApi([AccessModule, WhoAmIModule], { dataSource: database.dataSource, clock });
      const worksElsewhere = async () => (await elsewhere.client(token).get('/v1/whoami/read')).status === 200;
      expect([await works(token), await worksElsewhere()]).toEqual([true, true]);
      expect((await elsewhere.client(api.adminToken).delete(`/v1/api-keys/${id}`)).status).toBe(401);
      expect((await elsewhere.client().delete(`/v1/api-keys/${id}`)).status).toBe(204);
      expect(await worksElsewhere()).toBe(false);
      clock.advance(5_000);
      expect(await works(token)).toBe(false);
      const shown = await elsewhere.client().get(`/v1/api-keys/${id}`);
      expect(shown.body.revokedAt).not.toBeNull();
      expect((await elsewhere.client().delete(`/v1/api-keys/${id}`)).status).toBe(204);
      expect((await elsewhere.client().get(`/v1/api-keys/${id}`)).body.revokedAt).toBe(shown.body.revokedAt);
      await elsewhere.close();
      // The second process brought a bootstrap key of its own, which revoked the first one's.
      await database.dataSource.query('UPDATE api_keys SET revoked_at = NULL WHERE secret_hash = $1', [
        hashOf(api.adminToken),
      ]);
    });

    it('notes its use once a minute', async () => {
      const { token, id } = await create({ name: 'used', scopes: ['read'] });
      const usedAt = async () => (await api.client().get(`/v1/api-keys/${id}`)).body.lastUsedAt;
      expect(await usedAt()).toBeNull();
      await works(token);
      const first = clock.now().toISOString();
      expect(await usedAt()).toBe(first);
      for (const advance of [10_000, 20_000, 29_000]) {
        clock.advance(advance);
        await works(token);
        expect(await usedAt()).toBe(first);
      }
      clock.advance(1_000);
      await works(token);
      expect(await usedAt()).toBe(clock.now().toISOString());
    });

    it('costs no query while it is remembered', async () => {
      const find = jest.spyOn(api.app.get(ApiKeysStore, { strict: false }), 'findByHash');
      clock.advance(10_000);
      for (let i = 0; i < 5; i++) await works(api.adminToken);
      expect(find).toHaveBeenCalledTimes(1);
      find.mockRestore();
    });
  });

  describe('limited to profiles', () => {
    it('sees and makes only keys within its own reach', async () => {
      const [mine, other] = [await makeProfile(database.dataSource), await makeProfile(database.dataSource)];
      const limited = await create({ name: 'limited', scopes: ['admin'], profileIds: [mine.toUpperCase(), mine] });
      expect(limited.profileIds).toEqual([mine]);
      const client = api.client(limited.token);
      expect((await client.get('/v1/whoami/read')).body.profileIds).toEqual([mine]);
      for (const profileIds of [null, [other], [mine, other]]) {
        const refused = await client.post('/v1/api-keys', { name: 'x', scopes: ['read'], profileIds });
        expect([refused.status, refused.body.code]).toEqual([403, 'beyond-own-reach']);
      }
      const made = await client.post('/v1/api-keys', { name: 'within', scopes: ['read'], profileIds: [mine] });
      expect(made.status).toBe(201);
      const unlimited = await create({ name: 'unlimited', scopes: ['read'] });
      const beside = await create({ name: 'beside', scopes: ['read'], profileIds: [other] });
      const seen = (await client.all('/v1/api-keys')).map(({ id }) => id);
      expect(seen.sort()).toEqual([limited.id, made.body.id].sort());
      for (const { id } of [unlimited, beside]) {
        expect((await client.get(`/v1/api-keys/${id}`)).status).toBe(404);
        expect((await client.delete(`/v1/api-keys/${id}`)).status).toBe(404);
      }
      expect(await works(beside.token)).toBe(true);
    });
  });

  it('never revokes the last key that can do everything, not even by two at once', async () => {
    const own = await createTestDatabase();
    const lonely = await startApi([AccessModule], { dataSource: own.dataSource, clock });
    try {
      const [first] = await lonely.client().all('/v1/api-keys');
      const refused = await lonely.client().delete(`/v1/api-keys/${first.id}`);
      expect([refused.status, refused.body.code]).toEqual([409, 'last-admin-key']);
      const second = (await lonely.client().post('/v1/api-keys', { name: 'second', scopes: ['admin'] })).body;
      const both = await Promise.all([first.id, second.id].map((id) => lonely.client().delete(`/v1/api-keys/${id}`)));
      expect(both.map(({ status }) => status).sort()).not.toEqual([204, 204]);
    } finally {
      await lonely.close();
      await own.drop();
    }
  });

  it('walks the list page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push((await create({ name: `page ${i}`, scopes: ['read'] })).id);
    const all = (await api.client().all('/v1/api-keys?limit=3')).map(({ id }) => id);
    expect(new Set(all).size).toBe(all.length);
    expect(all.slice(-7)).toEqual(ids);
  });

  it.each([
    ['POST', '/v1/api-keys', {}, ['name', 'scopes']],
    ['POST', '/v1/api-keys', { name: ' ', scopes: ['read'] }, ['name']],
    ['POST', '/v1/api-keys', { name: 'two\nlines', scopes: ['read'] }, ['name']],
    ['POST', '/v1/api-keys', { name: 'bootstrap', scopes: ['read'] }, ['name']],
    ['POST', '/v1/api-keys', { name: 'x', scopes: [] }, ['scopes']],
    ['POST', '/v1/api-keys', { name: 'x', scopes: ['root'] }, ['scopes.0']],
    ['POST', '/v1/api-keys', { name: 'x', scopes: ['read'], profileIds: [] }, ['profileIds']],
    ['POST', '/v1/api-keys', { name: 'x', scopes: ['read'], profileIds: ['7'] }, ['profileIds.0']],
    [
      'POST',
      '/v1/api-keys',
      { name: 'x', scopes: ['read'], profileIds: ['01a2009c-5c56-7060-a92f-438cbc6b26f0'] },
      ['profileIds'],
    ],
    ['POST', '/v1/api-keys', { name: 'x', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
    ['POST', '/v1/api-keys', { name: 'x', scopes: ['read'], expiresAt: 'tomorrow' }, ['expiresAt']],
    ['POST', '/v1/api-keys', { name: 'x', scopes: ['read'], token: 'mine' }, ['token']],
    ['GET', '/v1/api-keys?limit=0', undefined, ['limit']],
    ['GET', '/v1/api-keys?limit=201', undefined, ['limit']],
    ['GET', '/v1/api-keys?limit=x', undefined, ['limit']],
    ['GET', '/v1/api-keys?cursor=zzz', undefined, ['cursor']],
    ['GET', '/v1/api-keys?cursor=WyJhIl0', undefined, ['cursor']],
    ['GET', '/v1/api-keys?profile=x', undefined, ['profile']],
    ['GET', '/v1/api-keys/x', undefined, ['id']],
    ['DELETE', '/v1/api-keys/x', undefined, ['id']],
  ])('refuses bad input: %s %s %j', async (method, path, body, fields) => {
    const answer = await api.client().call(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
    expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  it.each(['GET', 'DELETE'])('answers 404 to %s of a key that is not there', async (method) => {
    expect((await api.client().call(method, '/v1/api-keys/01a2009c-5c56-7060-a92f-438cbc6b26f0')).status).toBe(404);
  });
});

describe('the bootstrap key', () => {
  let database: TestDatabase;
  let api: TestApi;
  const clock = new ManualClock();

  beforeEach(async () => {
    database = await createTestDatabase();
    api = await startApi([AccessModule, WhoAmIModule], { dataSource: database.dataSource, clock });
    await database.dataSource.query('DELETE FROM api_keys');
  });
  afterEach(async () => {
    await api.close();
    await database.drop();
  });

  const ensure = (adminKey: string | null) => api.app.get(BootstrapKey, { strict: false }).ensureBootstrapKey(adminKey);
  const may = async (token: string) => (await api.client(token).get('/v1/whoami/admin')).status === 200;

  it('is made once, by one of many processes', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, () => ensure(null)));
    const made = tokens.filter((token) => token !== null);
    expect(made).toHaveLength(1);
    expect(await may(made[0] ?? '')).toBe(true);
    expect(await ensure(null)).toBeNull();
    expect(api.logged()).not.toContain(made[0]);
  });

  it('is the one of POSTROOM_ADMIN_KEY, and follows it', async () => {
    const [first, second] = ['first-admin-key-of-the-operator', 'second-admin-key-of-the-operator'];
    await Promise.all(Array.from({ length: 5 }, () => ensure(first)));
    expect(await ensure(first)).toBeNull();
    expect(await may(first)).toBe(true);
    const shown = JSON.stringify(await api.client(first).all('/v1/api-keys'));
    expect(shown).not.toContain('first-admin');
    const made = (await api.client(first).post('/v1/api-keys', { name: 'other', scopes: ['admin'] })).body;
    await ensure(second);
    clock.advance(5_000);
    expect([await may(first), await may(second), await may(made.token)]).toEqual([false, true, true]);
  });

  it('stays revoked over a restart, and says so in the log', async () => {
    const leaked = 'leaked-admin-key-of-the-operator';
    await ensure(leaked);
    const other = (await api.client(leaked).post('/v1/api-keys', { name: 'other', scopes: ['admin'] })).body;
    const [key] = await api.client(leaked).all('/v1/api-keys');
    expect((await api.client(other.token).delete(`/v1/api-keys/${key.id}`)).status).toBe(204);
    await ensure(leaked);
    expect(await may(leaked)).toBe(false);
    expect(api.logged()).toContain('POSTROOM_ADMIN_KEY names a revoked API key');
    expect(api.logged()).not.toContain(leaked);
  });
});
