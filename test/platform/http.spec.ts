import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Body, Controller, Get, Inject, Injectable, Module, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { AccessModule } from '../../src/features/identity/access.module.js';
import { RequireScope } from '../../src/features/identity/callers/require-scope.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { createHttpApp } from '../../src/platform/http/http-server.js';
import { PlatformModule } from '../../src/platform/platform.module.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { Answers } from '../../src/platform/http/answers.js';
import { IdempotencyStore } from '../../src/platform/http/idempotency.store.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../src/platform/http/idempotent-posts.js';
import { defineProblem, Problem, problemKinds } from '../../src/platform/http/problem.js';
import { toProblem } from '../../src/platform/http/problem.filter.js';
import { requestHash } from '../../src/platform/http/request-hash.js';
import { BodyLimit } from '../../src/platform/http/route-settings.js';
import { idParam, plainText, queryFlag } from '../../src/platform/http/validation.js';
import { recordedLog, startApi, testSecretBox, type TestApi } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openApiFaults } from '../support/openapi.js';

const thing = z.strictObject({
  name: plainText(50),
  part: z.strictObject({ size: z.int() }).optional(),
  rows: z.array(z.strictObject({ n: z.int() })).optional(),
  blob: z.string().optional(),
});
const thingAnswer = z.object({ id: z.uuid(), name: z.string() }).meta({ id: 'Thing' });

/** What the effects of POSTs do; each test may say. */
@Injectable()
class Effects {
  count = 0;
  before: (manager: EntityManager) => Promise<void> = async () => undefined;
}

@Controller('v1/things')
class ThingsController {
  constructor(
    private readonly posts: IdempotentPosts,
    @Inject(Effects) private readonly effects: Effects,
  ) {}

  @Post()
  @RequireScope('write')
  @ApiOperation({ summary: 'Make a thing' })
  @Answers(202, 'The thing', thingAnswer)
  async make(@Posted() post: PostInProgress, @Body({ schema: thing }) body: z.output<typeof thing>) {
    return this.posts.run(post, async (manager) => {
      await this.effects.before(manager);
      this.effects.count += 1;
      return { status: 202, body: { id: randomUUID(), name: body.name } };
    });
  }

  @Post('large')
  @RequireScope('write')
  @BodyLimit(3_000_000)
  @ApiOperation({ summary: 'Make a large thing' })
  @Answers(201, 'Its size')
  large(@Body({ schema: thing }) body: z.output<typeof thing>) {
    return { size: body.blob?.length };
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read a thing' })
  @Answers(200, 'The thing')
  read(
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: z.strictObject({ flag: queryFlag.optional() }) }) query: object,
  ) {
    return { id, ...query };
  }

  @Get(':id/trouble/:kind')
  @RequireScope('read')
  @ApiOperation({ summary: 'Fail' })
  @Answers(200, 'Never')
  trouble(@Param('id', { schema: idParam }) _id: string, @Param('kind', { schema: z.string() }) kind: string) {
    if (kind === 'bug') throw new TypeError('the inner-workings of it');
    if (kind === 'query')
      throw new QueryFailedError('INSERT INTO t VALUES ($1)', ['parameter-of-a-query'], new Error('duplicate key'));
    if (kind === 'away') throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    throw new Problem(teapot, 'short and stout', { retryAfterSeconds: 7 });
  }
}

const teapot = defineProblem({
  code: 'teapot',
  status: 418,
  title: 'A teapot',
  retryable: true,
  remediation: 'Pour.',
});

@Module({ controllers: [ThingsController], providers: [Effects], exports: [Effects] })
class ThingsModule {}

describe('the HTTP server', () => {
  let database: TestDatabase;
  let api: TestApi;
  let effects: Effects;
  const clock = new ManualClock();
  const id = randomUUID();

  beforeAll(async () => {
    database = await createTestDatabase({ poolSize: 12 });
    api = await startApi([AccessModule, ThingsModule], { dataSource: database.dataSource, clock });
    effects = api.app.get(Effects);
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });
  beforeEach(() => {
    effects.count = 0;
    effects.before = async () => undefined;
  });

  describe('problems', () => {
    const json = { 'content-type': 'application/json' };
    const cases: [
      what: string,
      method: string,
      path: string,
      body: unknown,
      headers: Record<string, string>,
      status: number,
      code: string,
    ][] = [
      ['an unknown address', 'GET', '/v1/nothing', undefined, {}, 404, 'not-found'],
      ['an unknown address outside the API', 'GET', '/nothing', undefined, {}, 404, 'not-found'],
      ['a method that the address does not take', 'DELETE', '/v1/things', undefined, {}, 405, 'method-not-allowed'],
      ['JSON cut short', 'POST', '/v1/things', '{"name": "x"', json, 400, 'malformed-body'],
      ['a poisoned prototype', 'POST', '/v1/things', '{"__proto__": {"name": "x"}}', json, 400, 'malformed-body'],
      ['an empty body', 'POST', '/v1/things', '', json, 400, 'invalid-request'],
      ['no body', 'POST', '/v1/things', undefined, {}, 400, 'invalid-request'],
      ['a body of null', 'POST', '/v1/things', 'null', json, 400, 'invalid-request'],
      [
        'a form',
        'POST',
        '/v1/things',
        'name=x',
        { 'content-type': 'application/x-www-form-urlencoded' },
        415,
        'unsupported-media-type',
      ],
      [
        'plain text',
        'POST',
        '/v1/things',
        '{"name":"x"}',
        { 'content-type': 'text/plain' },
        415,
        'unsupported-media-type',
      ],
      ['an unknown field', 'POST', '/v1/things', { name: 'x', colour: 'red' }, {}, 400, 'invalid-request'],
      ['NUL in text', 'POST', '/v1/things', { name: 'a\u0000b' }, {}, 400, 'invalid-request'],
      ['half a surrogate pair', 'POST', '/v1/things', '{"name":"\\ud800"}', json, 400, 'invalid-request'],
      [
        'a body over the limit',
        'POST',
        '/v1/things',
        { name: 'x', blob: 'x'.repeat(1_100_000) },
        {},
        413,
        'payload-too-large',
      ],
      [
        'a body over the limit of its route',
        'POST',
        '/v1/things/large',
        { name: 'x', blob: 'x'.repeat(3_100_000) },
        {},
        413,
        'payload-too-large',
      ],
      ['an id that is none', 'GET', '/v1/things/7', undefined, {}, 400, 'invalid-request'],
      ['an unknown query parameter', 'GET', `/v1/things/${id}?flga=true`, undefined, {}, 400, 'invalid-request'],
      ['a flag that is none', 'GET', `/v1/things/${id}?flag=maybe`, undefined, {}, 400, 'invalid-request'],
      [
        'a parameter given twice',
        'GET',
        `/v1/things/${id}?flag=true&flag=false`,
        undefined,
        {},
        400,
        'invalid-request',
      ],
      ['an address that cannot be decoded', 'GET', '/v1/things/%zz', undefined, {}, 400, 'invalid-request'],
      ['an endless parameter', 'GET', `/v1/things/${'x'.repeat(500)}`, undefined, {}, 400, 'invalid-request'],
      ['a kind of its own', 'GET', `/v1/things/${id}/trouble/pot`, undefined, {}, 418, 'teapot'],
      ['a bug', 'GET', `/v1/things/${id}/trouble/bug`, undefined, {}, 500, 'internal-error'],
      ['an absent database', 'GET', `/v1/things/${id}/trouble/away`, undefined, {}, 503, 'unavailable'],
    ];

    it.each(cases)('answers %s as a problem', async (_what, method, path, body, headers, status, code) => {
      const answer = await api.client().call(method, path, body, headers);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.body).toMatchObject({
        type: `urn:postroom:problem:${code}`,
        status,
        requestId: answer.headers.get('x-request-id'),
      });
      expect(answer.body.remediation).not.toBe('');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    });

    it('names every field that is wrong, unknown ones too', async () => {
      const answer = await api
        .client()
        .post('/v1/things', { part: { size: 'big', color: 1 }, rows: [{ n: 1 }, { n: 'x' }], odd: 1 });
      expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
        'name',
        'odd',
        'part.color',
        'part.size',
        'rows.1.n',
      ]);
      expect((await api.client().get('/v1/things/7')).body.errors[0].field).toBe('id');
    });

    it('says at most fifty errors of a long list', async () => {
      const rows = Array.from({ length: 5_000 }, () => ({ n: 'x' }));
      expect((await api.client().post('/v1/things', { name: 'x', rows })).body.errors).toHaveLength(50);
    });

    it('says which methods an address takes, and when to come again', async () => {
      const wrong = await api.client().delete(`/v1/things/${id}?x=1`);
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      const pot = await api.client().get(`/v1/things/${id}/trouble/pot`);
      expect([pot.headers.get('retry-after'), pot.body.detail, pot.body.retryable]).toEqual([
        '7',
        'short and stout',
        true,
      ]);
    });

    it('keeps the inner workings and the parameters of queries out of the answer and the log', async () => {
      for (const kind of ['bug', 'query']) {
        const answer = await api.client().get(`/v1/things/${id}/trouble/${kind}`);
        expect(answer.status).toBe(500);
        expect(JSON.stringify(answer.body)).not.toMatch(/inner-workings|parameter-of-a-query|duplicate/);
        expect(api.logged()).toContain(answer.body.requestId);
      }
      expect(api.logged()).toMatch(/inner-workings/);
      expect(api.logged()).toMatch(/duplicate key/);
      expect(api.logged()).not.toMatch(/parameter-of-a-query/);
    });

    it.each([
      ['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
      ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
      ['a cut connection', new Error('Connection terminated unexpectedly')],
      ['a connection that was cut in the middle of a transaction', new QueryRunnerAlreadyReleasedError()],
      [
        'a server shutting down',
        new QueryFailedError('SELECT 1', [], Object.assign(new Error('terminating'), { code: '57P01' })),
      ],
    ])('takes %s for a database that is away, and not for a bug', (_what, error) => {
      expect(toProblem(error)).toMatchObject({ kind: { code: 'unavailable' }, extras: { retryAfterSeconds: 5 } });
    });

    it('gives every kind a remedy and a fitting status', () => {
      for (const kind of problemKinds()) {
        expect(kind.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(kind.status).toBeGreaterThanOrEqual(400);
        expect(kind.remediation).toMatch(/\.$/);
      }
    });
  });

  it('is made of a root module as a process makes it', async () => {
    const { log } = recordedLog();
    const platform = PlatformModule.forRoot({
      settings: readSettings({}),
      dataSource: database.dataSource,
      clock,
      log,
      secretBox: testSecretBox(),
      metrics: new Registry(),
    });
    @Module({ imports: [platform, AccessModule] })
    class RootModule {}
    const app = await createHttpApp(RootModule, { log, publicUrl: 'https://postroom.example.com' });
    await app.listen(0, '127.0.0.1');
    const answer = await fetch(`${await app.getUrl()}/openapi.json`);
    expect(((await answer.json()) as { servers: unknown }).servers).toEqual([{ url: 'https://postroom.example.com' }]);
    await app.close();
  });

  describe('requests', () => {
    it('keeps a well-formed request id and replaces any other', async () => {
      const idOf = async (given: string) =>
        (await api.client().get(`/v1/things/${id}`, { 'x-request-id': given })).headers.get('x-request-id');
      expect(await idOf('trace-0123.abc_DEF')).toBe('trace-0123.abc_DEF');
      for (const bad of ['short', 'has space in it', '"quoted-value"', 'x'.repeat(200)])
        expect(await idOf(bad)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    });

    it('takes ids in upper case, and a body of null length with a content type', async () => {
      expect((await api.client().get(`/v1/things/${id.toUpperCase()}?flag=true`)).body).toEqual({ id, flag: true });
    });

    it('lets a route take more than the others', async () => {
      const answer = await api.client().post('/v1/things/large', { name: 'x', blob: 'x'.repeat(2_500_000) });
      expect([answer.status, answer.body]).toEqual([201, { size: 2_500_000 }]);
    });

    it('limits bodies that do not say their length', async () => {
      const stream = new ReadableStream({
        start(controller) {
          for (let i = 0; i < 32; i++) controller.enqueue(new Uint8Array(50_000).fill(0x20));
          controller.close();
        },
      });
      const answer = await fetch(`${api.url}/v1/things`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.adminToken}`, 'content-type': 'application/json' },
        body: stream,
        duplex: 'half',
      }).catch((error: unknown) => error);
      // The server may close the connection while the client still sends; either way it does not take it all.
      if (answer instanceof Response) expect(answer.status).toBe(413);
      expect(effects.count).toBe(0);
    });

    it('refuses a stranger, a reader and a giant before it reads the body', async () => {
      const reader = (await api.client().post('/v1/api-keys', { name: 'r', scopes: ['read'] })).body.token;
      const early = (token: string | null, length: number) =>
        new Promise<number | undefined>((resolve, reject) => {
          const headers = {
            'content-type': 'application/json',
            'content-length': length,
            ...(token ? { authorization: `Bearer ${token}` } : {}),
          };
          const request = httpRequest(`${api.url}/v1/things`, { method: 'POST', headers }, (response) => {
            resolve(response.statusCode);
            request.destroy();
          });
          request.on('error', reject);
          // Headers only: an answer now can owe nothing to the body.
          request.flushHeaders();
        });
      expect(await early(null, 100)).toBe(401);
      expect(await early(reader, 100)).toBe(403);
      expect(await early(api.adminToken, 50_000_000)).toBe(413);
    });

    it('answers what is no HTTP by closing the connection, and lives on', async () => {
      const { hostname, port } = new URL(api.url);
      const socket = connect(Number(port), hostname);
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
      socket.on('data', () => undefined).on('error', () => undefined);
      socket.write('nonsense\r\n\r\n');
      await closed;
      expect((await api.client().get(`/v1/things/${id}`)).status).toBe(200);
    });
  });

  describe('the reference', () => {
    it('is a valid OpenAPI 3.1 document that anybody may read', async () => {
      const { status, body } = await api.client(null).get('/openapi.json');
      expect(status).toBe(200);
      expect(openApiFaults(body)).toEqual([]);
      expect(Object.keys(body.paths)).toEqual(
        expect.arrayContaining(['/v1/things', '/v1/things/{id}', '/v1/api-keys/{id}']),
      );
      expect(body.paths['/v1/things'].post.security).toEqual([{ apiKey: [] }, { session: [] }]);
      expect(body.paths['/v1/things'].post.description).toContain('`write`');
      expect(body.components.schemas.Thing).toMatchObject({ type: 'object' });
      for (const { code } of problemKinds()) expect(body.info.description).toContain(`\`${code}\``);
    });

    it('has a page that loads everything from this server', async () => {
      const page = await api.client(null).get('/docs');
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      const addresses = [...String(page.body).matchAll(/(?:src|href)=["']([^"']+)/g)].map(
        ([, address]) => address ?? '',
      );
      expect(addresses.length).toBeGreaterThan(3);
      for (const address of addresses) {
        const url = new URL(address, `${api.url}/docs`);
        expect(url.origin).toBe(api.url);
        expect((await fetch(url)).status).toBe(200);
      }
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    });
  });

  describe('Idempotency-Key', () => {
    const post = (key: string, body: unknown = { name: 'x' }, token?: string) =>
      api.client(token).post('/v1/things', body, { 'idempotency-key': key });

    it('has the effect of ten requests at once only once', async () => {
      effects.before = () => new Promise((resolve) => setTimeout(resolve, 50));
      const answers = await Promise.all(Array.from({ length: 10 }, () => post('ten-at-once')));
      expect(effects.count).toBe(1);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(202));
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(9);
    });

    it('runs every request without a key', async () => {
      await Promise.all([1, 2].map(() => api.client().post('/v1/things', { name: 'x' })));
      expect(effects.count).toBe(2);
    });

    it('takes the same body in another order of keys, and refuses another body', async () => {
      const first = await post('order', { name: 'x', part: { size: 1 } });
      const again = await post('order', { part: { size: 1 }, name: 'x' });
      expect(again.body).toEqual(first.body);
      const other = await post('order', { name: 'y' });
      expect([other.status, other.body.code]).toEqual([409, 'idempotency-key-reused']);
      const elsewhere = await api
        .client()
        .post('/v1/api-keys', { name: 'x', scopes: ['read'] }, { 'idempotency-key': 'order' });
      expect(elsewhere.status).toBe(409);
    });

    it('belongs to the API key that used it', async () => {
      const other = (await api.client().post('/v1/api-keys', { name: 'w', scopes: ['write'] })).body.token;
      expect((await post('mine')).body.id).not.toBe((await post('mine', { name: 'x' }, other)).body.id);
    });

    it('keeps nothing of an effect that failed', async () => {
      effects.before = async (manager) => {
        await manager.query(`UPDATE api_keys SET name = 'changed by a failed effect'`);
        throw new Problem(teapot);
      };
      expect((await post('fails')).status).toBe(418);
      effects.before = async () => undefined;
      expect((await post('fails')).status).toBe(202);
      expect(await database.dataSource.query(`SELECT 1 FROM api_keys WHERE name LIKE 'changed%'`)).toEqual([]);
    });

    it.each([
      ['nothing', ''],
      ['256 characters', 'x'.repeat(256)],
      ['a tab', 'tab\there'],
      ['an umlaut', 'umlaut-\u00fc'],
    ])('refuses %s as a key', async (_what, key) => {
      expect((await post(key)).body).toMatchObject({ code: 'invalid-request', errors: [{ field: 'Idempotency-Key' }] });
      expect(effects.count).toBe(0);
    });

    it('forgets old answers and keeps the others', async () => {
      await post('old');
      clock.advance(25 * 3_600_000);
      await post('young');
      const store = api.app.get(IdempotencyStore);
      const dayAgo = clock.in(-24 * 3_600_000);
      expect(await store.removeOlderThan(database.dataSource, dayAgo, 1)).toBe(1);
      await store.removeOlderThan(database.dataSource, dayAgo, 1_000);
      const kept = await database.dataSource.query<{ key: string }[]>('SELECT key FROM idempotency_keys');
      expect(kept.map(({ key }) => key)).toEqual(['young']);
    });

    it('tells apart what differs', () => {
      const hashes = [
        requestHash('POST', '/a', { a: 1 }),
        requestHash('POST', '/b', { a: 1 }),
        requestHash('POST', '/a', { a: '1' }),
        requestHash('POST', '/a', [{ a: 1 }]),
        requestHash('POST', '/a', { a: [1], b: 2 }),
        requestHash('POST', '/a', { a: [1, 2] }),
        requestHash('POST', '/a', undefined),
        requestHash('POST', '/a', null),
      ].map((hash) => hash.toString('hex'));
      expect(new Set(hashes).size).toBe(hashes.length);
    });
  });
});
