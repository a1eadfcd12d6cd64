import type { INestApplication } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { routeScopes } from '../../src/features/identity/callers/route-scopes.js';
import { encodeCursor } from '../../src/platform/http/page.js';
import type { ApiAnswer } from '../support/api.js';
import { feedSettled } from '../support/feed.js';
import { signIn, type SignedIn } from './support/sign-in.js';
import { WholeStage, succeeded } from './support/whole-stage.js';

let stage: WholeStage;
/** One of each resource, in the first profile and in the second. */
interface Resources {
  readonly profile: string;
  readonly mailbox: string;
  readonly failedMailbox: string;
  readonly message: string;
  readonly incident: string;
  readonly outgoing: string;
  readonly thread: string;
  readonly test: string;
  readonly testBatch: string;
  readonly endpoint: string;
  readonly report: string;
  readonly apiKey: string;
  readonly backfill: string;
  readonly user: string;
}
let mine: Resources;
let others: Resources;

const newProfile = (more: object = {}) => ({
  name: 'Third',
  ownerName: 'Olga',
  ownerEmail: 'olga@example.com',
  ewsUrl: 'http://127.0.0.1:1/EWS/Exchange.asmx',
  auth: { type: 'basic', username: 'u', password: 'p' },
  ...more,
});

async function resources(profile: string, name: string): Promise<Resources> {
  const mailbox = await stage.makeMailbox(`${name}@example.com`, { profileId: profile, outgoing: true });
  const failedMailbox = await stage.makeMailbox(`${name}-denied@example.com`, { profileId: profile });
  const attachments = [{ name: 'a.txt', contentType: 'text/plain', content: 'YQ==' }];
  await stage.sandbox.control.deliver(`${name}@example.com`, { subject: `for ${name}`, attachments });
  while ((await stage.round()) > 0);
  // The second look at the one that is denied.
  stage.clock.advance(90_000);
  while ((await stage.round()) > 0);
  const outgoing = succeeded(
    await stage
      .client()
      .post('/v1/outgoing-messages', { mailboxId: mailbox, to: ['x@y.example'], subject: 's', text: 't' }),
  ).id;
  const test = succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/test`)).id;
  const testBatch = succeeded(await stage.client().post('/v1/mailbox-test-batches', { profileId: profile })).id;
  const profileIds = [profile];
  const endpoint = succeeded(
    await stage.client().post('/v1/webhook-endpoints', { url: 'https://hooks.example.com/x', profileIds }),
  ).id;
  const analysis = await stage.client().post('/v1/diagnostics', { profileId: profile, keep: true });
  const report = /"reportId":"([^"]+)"/.exec(JSON.stringify(analysis.body).replaceAll('\\', ''))?.[1] ?? '';
  const apiKey = succeeded(await stage.client().post('/v1/api-keys', { name, scopes: ['read'], profileIds })).id;
  const backfill = succeeded(
    await stage.client().post(`/v1/mailboxes/${mailbox}/backfill`, { from: '2020-01-01T00:00:00Z' }),
  ).id;
  const { user } = await signIn(stage, { role: 'owner', profileIds });
  const [message] = await stage.messagesOf(mailbox);
  const [incident] = await stage.client().all(`/v1/incidents?profileId=${profile}`);
  return {
    profile,
    mailbox,
    failedMailbox,
    message: message.id,
    incident: incident.id,
    outgoing,
    thread: message.threadId,
    test,
    testBatch,
    endpoint,
    report,
    apiKey,
    backfill,
    user: user.id,
  };
}

beforeAll(async () => {
  const names = ['mine', 'others'];
  stage = await WholeStage.open({
    addresses: names.flatMap((name) => [`${name}@example.com`, `${name}-denied@example.com`]),
    scope: names.map((name) => `${name}@example.com`),
  });
  mine = await resources(stage.profileId, 'mine');
  others = await resources(await stage.makeProfile(), 'others');
  stage.clock.advance(30_000);
  await stage.plan();
});
afterAll(() => stage?.close());

it('lists every route with the scope that it needs', () => {
  const routes = routeScopes(stage.process.app as INestApplication).filter(
    ({ path }) => !/^\/(?:docs|queues)/.test(path),
  );
  expect(routes.map(({ method, path, scope }) => `${method} ${path} ${scope ?? '(open)'}`)).toEqual([
    'GET /health/live (open)',
    'GET /health/ready (open)',
    'GET /metrics (open)',
    'GET /openapi.json (open)',
    'GET /v1/about read',
    'GET /v1/api-keys admin',
    'POST /v1/api-keys admin',
    'DELETE /v1/api-keys/:id admin',
    'GET /v1/api-keys/:id admin',
    'GET /v1/diagnostics read',
    'POST /v1/diagnostics write',
    'DELETE /v1/diagnostics/:id write',
    'GET /v1/diagnostics/:id read',
    'DELETE /v1/diagnostics/:id/share write',
    'POST /v1/diagnostics/:id/share write',
    'GET /v1/email-server-profiles read',
    'POST /v1/email-server-profiles write',
    'DELETE /v1/email-server-profiles/:id write',
    'GET /v1/email-server-profiles/:id read',
    'PATCH /v1/email-server-profiles/:id write',
    'DELETE /v1/email-server-profiles/:id/address-book write',
    'GET /v1/email-server-profiles/:id/address-book read',
    'POST /v1/email-server-profiles/:id/address-book write',
    'PUT /v1/email-server-profiles/:id/address-book write',
    'GET /v1/email-server-profiles/:id/members read',
    'DELETE /v1/email-server-profiles/:id/members/:userId admin',
    'PUT /v1/email-server-profiles/:id/members/:userId admin',
    'GET /v1/email-server-profiles/:id/muted-causes read',
    'DELETE /v1/email-server-profiles/:id/muted-causes/:code write',
    'GET /v1/email-server-profiles/:id/muted-causes/:code read',
    'PUT /v1/email-server-profiles/:id/muted-causes/:code write',
    'GET /v1/email-server-profiles/:id/setup-guide read',
    'GET /v1/events read',
    'GET /v1/events/stream read',
    'GET /v1/incidents read',
    'GET /v1/incidents/:id read',
    'POST /v1/incidents/:id/acknowledge write',
    'POST /v1/incidents/:id/check write',
    'GET /v1/incidents/:id/comments read',
    'POST /v1/incidents/:id/comments write',
    'POST /v1/incidents/:id/reassign write',
    'POST /v1/incidents/:id/snooze write',
    'POST /v1/mailbox-test-batches write',
    'GET /v1/mailbox-test-batches/:id read',
    'POST /v1/mailbox-test-batches/:id/cancel write',
    'GET /v1/mailbox-test-batches/:id/results read',
    'GET /v1/mailbox-tests/:id read',
    'GET /v1/mailboxes read',
    'POST /v1/mailboxes write',
    'DELETE /v1/mailboxes/:id write',
    'GET /v1/mailboxes/:id read',
    'PATCH /v1/mailboxes/:id write',
    'DELETE /v1/mailboxes/:id/approval admin',
    'POST /v1/mailboxes/:id/approve admin',
    'GET /v1/mailboxes/:id/audits read',
    'POST /v1/mailboxes/:id/audits write',
    'POST /v1/mailboxes/:id/backfill write',
    'GET /v1/mailboxes/:id/backfills read',
    'GET /v1/mailboxes/:id/backfills/:backfillId read',
    'POST /v1/mailboxes/:id/backfills/:backfillId/cancel write',
    'GET /v1/mailboxes/:id/folders read',
    'GET /v1/mailboxes/:id/item-failures read',
    'POST /v1/mailboxes/:id/item-failures/retry write',
    'POST /v1/mailboxes/:id/pause write',
    'POST /v1/mailboxes/:id/resume write',
    'GET /v1/mailboxes/:id/sending read',
    'GET /v1/mailboxes/:id/status read',
    'POST /v1/mailboxes/:id/sync write',
    'POST /v1/mailboxes/:id/test write',
    'GET /v1/mailboxes/:id/tests read',
    'GET /v1/mailboxes/:id/timeline read',
    'POST /v1/mailboxes/approve admin',
    'POST /v1/mailboxes/batch write',
    'POST /v1/mailboxes/bulk write',
    'GET /v1/mailboxes/causes read',
    'GET /v1/mailboxes/counts read',
    'GET /v1/messages read',
    'GET /v1/messages/:id read',
    'GET /v1/messages/:id/attachments/:position read',
    'GET /v1/messages/:id/mime read',
    'GET /v1/notification-channels admin',
    'POST /v1/notification-channels/email/test admin',
    'GET /v1/notifications read',
    'GET /v1/outgoing-messages read',
    'POST /v1/outgoing-messages write',
    'GET /v1/outgoing-messages/:id read',
    'POST /v1/outgoing-messages/:id/cancel write',
    'POST /v1/outgoing-messages/:id/mark-sent write',
    'POST /v1/outgoing-messages/:id/retry write',
    'GET /v1/overview read',
    'GET /v1/overview/series read',
    'DELETE /v1/session (open)',
    'GET /v1/session read',
    'POST /v1/session (open)',
    'POST /v1/session/password read',
    'GET /v1/setup-guide read',
    'GET /v1/shared-diagnostics/:token (open)',
    'POST /v1/sign-in-links/inspect (open)',
    'POST /v1/sign-in-links/redeem (open)',
    'GET /v1/sign-in-options (open)',
    'GET /v1/sign-in/oidc (open)',
    'GET /v1/sign-in/oidc/callback (open)',
    'GET /v1/threads read',
    'GET /v1/threads/:id read',
    'GET /v1/users admin',
    'POST /v1/users admin',
    'DELETE /v1/users/:id admin',
    'GET /v1/users/:id admin',
    'PATCH /v1/users/:id admin',
    'POST /v1/users/:id/sign-in-link admin',
    'POST /v1/users/:id/sign-out admin',
    'GET /v1/webhook-endpoints read',
    'POST /v1/webhook-endpoints admin',
    'DELETE /v1/webhook-endpoints/:id admin',
    'GET /v1/webhook-endpoints/:id read',
    'PATCH /v1/webhook-endpoints/:id admin',
    'GET /v1/webhook-endpoints/:id/deliveries read',
    'POST /v1/webhook-endpoints/:id/deliveries/:deliveryId/replay admin',
    'POST /v1/webhook-endpoints/:id/replay admin',
    'GET /v1/webhook-endpoints/:id/replays read',
    'POST /v1/webhook-endpoints/:id/rotate-secret admin',
    'POST /v1/webhook-endpoints/:id/test admin',
  ]);
});

/** What `:id` stands for below each address. */
const idsBelow: readonly [prefix: string, of: (one: Resources) => string][] = [
  ['/v1/mailboxes', ({ mailbox }) => mailbox],
  ['/v1/mailbox-tests', ({ test }) => test],
  ['/v1/mailbox-test-batches', ({ testBatch }) => testBatch],
  ['/v1/messages', ({ message }) => message],
  ['/v1/incidents', ({ incident }) => incident],
  ['/v1/outgoing', ({ outgoing }) => outgoing],
  ['/v1/threads', ({ thread }) => thread],
  ['/v1/webhook-endpoints', ({ endpoint }) => endpoint],
  ['/v1/diagnostics', ({ report }) => report],
  ['/v1/api-keys', ({ apiKey }) => apiKey],
  ['/v1/users', ({ user }) => user],
  ['/v1/email-server-profiles', ({ profile }) => profile],
];

/** The path of a route with the ids of one profile's resources filled in. */
function pathIn(template: string, one: Resources): string {
  const [, of = () => uuid()] = idsBelow.find(([prefix]) => template.startsWith(prefix)) ?? [];
  return template
    .replace(':id', of(one))
    .replace(':userId', one.user)
    .replace(':deliveryId', uuid())
    .replace(':backfillId', one.backfill)
    .replace(':code', 'ErrorImpersonateUserDenied')
    .replace(':position', '0');
}

/** Every route of the API that needs a caller, with ids of the second profile filled in. */
const apiRoutes = () =>
  routeScopes(stage.process.app as INestApplication)
    .filter(({ path, scope }) => path.startsWith('/v1/') && scope !== null)
    .map(({ method, path, scope }) => ({ method, scope, template: path, path: pathIn(path, others) }));

/** The smallest valid body of a route that takes an id. */
function changeOf(method: string, template: string): object | undefined {
  if (template.endsWith('/address-book')) return method === 'GET' ? undefined : { entries: [{ domain: 'x.example' }] };
  if (template === '/v1/webhook-endpoints/:id/replay')
    return { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  if (template.endsWith('/comments') && method === 'POST') return { text: 'x' };
  if (template.endsWith('/snooze')) return { until: '2026-03-02T00:00:00Z' };
  if (template.endsWith('/reassign')) return { assignee: null };
  if (template.endsWith('/backfill')) return { from: '2020-01-01T00:00:00Z' };
  if (template.endsWith('/share') && method === 'POST') return { expiresInHours: 1 };
  if (method !== 'PATCH') return undefined;
  if (/^\/v1\/(?:email|users)/.test(template)) return { name: 'x' };
  return template.startsWith('/v1/mailboxes') ? { displayName: 'x' } : { enabled: true };
}

function expectProblem(answer: ApiAnswer, statuses: number | number[], what: string): void {
  const problem = `${what}: ${answer.status} ${JSON.stringify(answer.body)}`;
  if (![statuses].flat().includes(answer.status)) throw new Error(problem);
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) throw new Error(problem);
  expect(answer.body).toMatchObject({
    status: answer.status,
    code: expect.stringMatching(/^[a-z-]+$/),
    title: expect.stringMatching(/./),
    detail: expect.stringMatching(/./),
    remediation: expect.stringMatching(/./),
    requestId: expect.stringMatching(/./),
    retryable: false,
  });
}

describe('who may not', () => {
  it('is told 401 without a key and 403 without the scope, before anything is read', async () => {
    const readOnly = await stage.makeKey(['read']);
    const writer = await stage.makeKey(['write']);
    for (const { method, path, scope } of apiRoutes()) {
      const body = method === 'GET' ? undefined : '{';
      expectProblem(await stage.client(null).call(method, path, body), 401, `${method} ${path}`);
      if (scope !== 'read')
        expectProblem(await stage.client(readOnly).call(method, path, body), 403, `${method} ${path}`);
      if (scope === 'admin')
        expectProblem(await stage.client(writer).call(method, path, body), 403, `${method} ${path}`);
    }
  });

  it('sees nothing outside the profiles of the key, on any route', async () => {
    const limited = stage.client(await stage.makeKey(['admin'], [mine.profile]));
    for (const { method, path, template } of apiRoutes()) {
      if (!template.includes(':id')) continue;
      // Whoever is limited administers no users at all, and so learns nothing of any.
      const status = template.startsWith('/v1/users') ? 403 : 404;
      expectProblem(await limited.call(method, path, changeOf(method, template)), status, `${method} ${path}`);
      expectProblem(await limited.call(method, path, changeOf(method, template)), status, `${method} ${path}`);
    }
    const lists = {
      '/v1/email-server-profiles': 'id',
      '/v1/mailboxes': 'profileId',
      '/v1/diagnostics': 'profileId',
      '/v1/incidents': 'profileId',
      '/v1/messages': 'profileId',
      '/v1/notifications': 'profileId',
      '/v1/outgoing-messages': 'profileId',
      '/v1/threads': 'profileId',
    };
    for (const [path, field] of Object.entries(lists)) {
      const seen = await limited.all(path);
      expect([path, [...new Set(seen.map((row) => row[field]))]]).toEqual([path, [mine.profile]]);
      expect(new Set((await stage.client().all(path)).map((row) => row[field])).size).toBe(2);
    }
    await feedSettled(stage.dataSource);
    const events = succeeded(await limited.get('/v1/events?limit=200')).items;
    expect(new Set(events.map((event: { profileId: string }) => event.profileId))).toEqual(new Set([mine.profile]));
    for (const path of [
      `/v1/mailboxes?profileId=${others.profile}`,
      '/v1/mailboxes?emailAddress=others@example.com',
      `/v1/incidents?profileId=${others.profile}`,
      `/v1/notifications?incidentId=${others.incident}`,
      `/v1/outgoing-messages?profileId=${others.profile}`,
      `/v1/outgoing-messages?mailboxId=${others.mailbox}`,
      `/v1/outgoing-messages?profileId=${others.profile}&q=y.example&state=pending,failed`,
      `/v1/messages?profileId=${others.profile}`,
      '/v1/messages?q=for+others',
      '/v1/api-keys',
    ])
      expect([path, (await limited.all(path)).filter((row) => row.profileIds?.[0] !== mine.profile)]).toEqual([
        path,
        [],
      ]);
    expectProblem(await limited.get(`/v1/messages?mailboxId=${others.mailbox}`), 404, 'messages');
  });

  it('changes nothing outside the profiles of the key', async () => {
    const limited = stage.client(await stage.makeKey(['write'], [mine.profile]));
    const before = await stage.mailbox(others.mailbox);
    const body = { mailboxId: others.mailbox, to: ['x@y.example'], subject: 's', text: 't' };
    expectProblem(await limited.post('/v1/outgoing-messages', body), 404, 'send');
    expectProblem(await limited.post('/v1/email-server-profiles', newProfile()), 403, 'profile');
    const mailbox = { profileId: others.profile, emailAddress: 'new@example.com' };
    expectProblem(await limited.post('/v1/mailboxes', mailbox), 400, 'mailbox');
    const batch = succeeded(await limited.post('/v1/mailboxes/batch', { mailboxes: [mailbox] }));
    expect(batch).toMatchObject({ created: 0, invalid: 1, results: [{ result: 'invalid', id: null }] });
    const unknown = succeeded(
      await limited.post('/v1/mailboxes/batch', { mailboxes: [{ ...mailbox, profileId: uuid() }] }),
    );
    // Whether a profile out of reach exists cannot be told.
    expect(batch).toEqual(unknown);
    expect(await stage.mailbox(others.mailbox)).toEqual(before);
    expect(await stage.client().all(`/v1/mailboxes?profileId=${others.profile}`)).toHaveLength(2);
  });
});

/** Bodies that a route takes, to be spoilt one field at a time. */
const bodies = () => ({
  'POST /v1/api-keys': { name: 'k', scopes: ['read'], profileIds: [mine.profile], expiresAt: '2030-01-01T00:00:00Z' },
  'POST /v1/email-server-profiles': newProfile({
    serverType: 'exchange',
    access: 'impersonation',
    connectingSidType: 'SmtpAddress',
    processEmailsFrom: '2026-01-01T00:00:00Z',
    minPollingIntervalSeconds: 60,
    maxConcurrentConnections: 10,
    notifyOwner: true,
    escalationContact: null,
    escalateAfterMinutes: 240,
    trackingToken: { enabled: false },
    smartMatching: { enabled: false },
    blockedAttachmentExtensions: [],
    maxAttachmentBytes: null,
    maxMessageBytes: null,
    contentRetentionDays: 365,
  }),
  [`PATCH /v1/email-server-profiles/${mine.profile}`]: newProfile({ version: 1 }),
  'POST /v1/diagnostics': {
    emailAddress: 'a@example.com',
    connectingSid: 'a',
    canaryAddress: 'b@example.com',
    ewsUrl: 'http://127.0.0.1:1/EWS/Exchange.asmx',
    username: 'u',
    password: 'p',
    access: 'impersonation',
    connectingSidType: 'SmtpAddress',
    trustedHosts: [],
    sendToSelf: false,
    keep: false,
  },
  'POST /v1/mailboxes': {
    profileId: mine.profile,
    emailAddress: 'a@example.com',
    displayName: 'A',
    connectingSid: 'a',
    incoming: true,
    outgoing: true,
    filter: 'all',
  },
  [`PATCH /v1/mailboxes/${mine.mailbox}`]: {
    emailAddress: 'mine@example.com',
    displayName: 'A',
    connectingSid: 'a',
    incoming: true,
    outgoing: true,
    filter: 'all',
  },
  'POST /v1/users': { email: 'u@example.com', name: 'U', role: 'owner', profileIds: [mine.profile] },
  [`PATCH /v1/users/${mine.user}`]: { name: 'U', role: 'owner', profileIds: [mine.profile], disabled: false },
  [`PUT /v1/email-server-profiles/${mine.profile}/address-book`]: { entries: [] },
  [`DELETE /v1/email-server-profiles/${mine.profile}/address-book`]: { entries: [] },
  'POST /v1/mailboxes/batch': { mailboxes: [], dryRun: true },
  'POST /v1/mailboxes/bulk': { action: 'sync', mailboxIds: [mine.mailbox] },
  [`POST /v1/mailboxes/${mine.mailbox}/backfill`]: {
    from: '2020-01-01T00:00:00Z',
    to: '2021-01-01T00:00:00Z',
    folders: ['inbox'],
  },
  [`POST /v1/mailboxes/${mine.mailbox}/test`]: { directions: ['incoming'], enable: true },
  'POST /v1/mailbox-test-batches': { mailboxIds: [mine.mailbox], directions: ['incoming'], enable: false },
  'POST /v1/notification-channels/email/test': { to: 'x@y.example' },
  'POST /v1/outgoing-messages': {
    mailboxId: mine.mailbox,
    to: ['x@y.example'],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: 's',
    text: 't',
    html: 'h',
    attachments: [],
    idempotencyKey: 'k',
  },
});

const queries = () => ({
  '/v1/api-keys': ['limit', 'cursor'],
  '/v1/diagnostics': ['limit', 'cursor', 'profileId'],
  '/v1/email-server-profiles': ['limit', 'cursor', 'name'],
  '/v1/mailboxes': ['limit', 'cursor', 'profileId', 'state', 'emailAddress', 'approved', 'q', 'cause'],
  '/v1/mailboxes/counts': ['profileId', 'emailAddress', 'approved', 'q', 'cause'],
  '/v1/mailboxes/causes': ['profileId'],
  '/v1/overview/series': ['range'],
  [`/v1/mailboxes/${mine.mailbox}/tests`]: ['limit', 'cursor'],
  [`/v1/mailbox-test-batches/${mine.testBatch}/results`]: ['limit', 'cursor', 'result', 'code'],
  [`/v1/mailboxes/${mine.mailbox}/item-failures`]: ['limit', 'cursor'],
  [`/v1/mailboxes/${mine.mailbox}/backfills`]: ['limit', 'cursor'],
  [`/v1/mailboxes/${mine.mailbox}/audits`]: ['limit', 'cursor'],
  [`/v1/mailboxes/${mine.mailbox}/timeline`]: ['limit', 'before', 'types'],
  [`/v1/messages?mailboxId=${mine.mailbox}`]: ['limit', 'cursor', 'mailboxId'],
  '/v1/messages': ['limit', 'cursor', 'mailboxId', 'profileId', 'threadId', 'q', 'from', 'to'],
  [`/v1/messages?threadId=${mine.thread}`]: ['limit', 'cursor', 'threadId'],
  '/v1/threads': ['limit', 'cursor', 'mailboxId', 'profileId'],
  [`/v1/threads/${mine.thread}`]: ['limit', 'cursor'],
  [`/v1/email-server-profiles/${mine.profile}/address-book`]: ['limit', 'cursor', 'prefix'],
  '/v1/outgoing-messages': ['limit', 'cursor', 'mailboxId', 'profileId', 'state', 'q'],
  '/v1/incidents': ['limit', 'cursor', 'profileId', 'open'],
  '/v1/notifications': ['limit', 'cursor', 'incidentId'],
  '/v1/events': ['limit', 'after', 'types'],
  '/v1/webhook-endpoints': ['limit', 'cursor'],
  '/v1/users': ['limit', 'cursor', 'profileId'],
  [`/v1/email-server-profiles/${mine.profile}/members`]: ['limit', 'cursor'],
});

const half = '\ud800';
const wrong: [what: string, value: unknown][] = [
  ['a number', 4711.5],
  ['an object', { a: 1 }],
  ['a list of lists', [[[]]]],
  ['NUL', 'a\0b@example.com'],
  ['half a surrogate pair', `a${half}@example.com`],
  ['half a surrogate pair in a list', [`a${half}@example.com`]],
  ['a line break', 'a\r\nBcc: b@example.com'],
  ['an endless string', 'x'.repeat(900_000)],
  ['a huge number', 1e300],
  ['a negative number', -1],
];

describe('bad input', () => {
  it('in any field of any body is told by the field’s name', async () => {
    for (const [route, body] of Object.entries(bodies())) {
      const [method = '', path = ''] = route.split(' ');
      for (const field of Object.keys(body)) {
        for (const [what, value] of wrong) {
          const key = 'idempotencyKey' in body ? { idempotencyKey: uuid() } : {};
          const answer = await stage.client().call(method, path, { ...body, ...key, [field]: value });
          // Plain text takes line breaks; an outgoing body takes nearly a megabyte.
          if (answer.status < 300 && /^(text|html)$/.test(field) && typeof value === 'string') continue;
          // Each row of a batch has its own result.
          if (answer.status === 200 && path.endsWith('batch') && answer.body.created === 0) continue;
          expectProblem(answer, 400, `${route} ${field} with ${what}`);
          const named = answer.body.errors.map((error: { field: string }) => error.field.split('.')[0]);
          expect([route, field, what, named]).toEqual([route, field, what, expect.arrayContaining([field])]);
        }
      }
    }
  });

  it('in fields that are missing or not known is told by the field’s name', async () => {
    for (const [route, body] of Object.entries(bodies())) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await stage.client().call(method, path, { ...body, nonsense: 1 });
      expectProblem(answer, 400, route);
      expect(JSON.stringify(answer.body.errors)).toContain('nonsense');
      // Of a test everything has its default.
      if (method === 'POST' && !path.endsWith('/test'))
        expectProblem(await stage.client().call(method, path, {}), 400, route);
      for (const whole of [[], null, 'text', 7, [body]])
        expectProblem(
          await stage.client().call(method, path, JSON.stringify(whole)),
          400,
          `${route} ${JSON.stringify(whole)}`,
        );
    }
  });

  it('in what is no JSON, or of another type, or too large, is told as such', async () => {
    for (const route of Object.keys(bodies())) {
      const [method = '', path = ''] = route.split(' ');
      const call = (body: string, headers: Record<string, string> = {}) =>
        stage.client().call(method, path, body, headers);
      for (const text of ['{', '{"a":}', 'null,', '\0', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{}}}'])
        expectProblem(await call(text), 400, `${route} ${text}`);
      for (const type of [
        'text/plain',
        'application/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'nonsense',
      ])
        expectProblem(await call('{}', { 'content-type': type }), 415, `${route} ${type}`);
      const limit = path.endsWith('batch') ? 21 : path.endsWith('outgoing-messages') ? 81 : 10;
      expectProblem(await call(`"${'x'.repeat(limit * 1024 * 1024)}"`), 413, `${route} ${limit} MB`);
    }
  });

  it('in any parameter of any list is told by the parameter’s name', async () => {
    const values = [
      '%00',
      'a%00b',
      '%ED%A0%80',
      '-1',
      '1e9',
      '%F0%9F%98%80',
      'x'.repeat(600),
      "'; DROP TABLE mailboxes; --",
    ];
    for (const [path, names] of Object.entries(queries())) {
      for (const name of names) {
        for (const value of values) {
          const answer = await stage.client().get(`${path}${path.includes('?') ? '&' : '?'}${name}=${value}`);
          // Any text is something to look for.
          if (answer.status === 200 && /^(name|emailAddress|prefix|code|q|cause)$/.test(name)) continue;
          expectProblem(answer, 400, `${path} ${name}=${value.slice(0, 40)}`);
        }
      }
      expectProblem(await stage.client().get(`${path}${path.includes('?') ? '&' : '?'}nonsense=1`), 400, path);
    }
  });

  it('in cursors, whatever they hold once decoded, is told as such', async () => {
    const positions: (string | number)[][] = [
      [],
      [1],
      ['x'],
      ['\0'],
      [half],
      [uuid(), uuid()],
      ['not a time', uuid()],
      ['2026-13-45 25:61:61+00', uuid()],
      ['2026-01-01\0', uuid()],
      ['infinity', '\0'],
      ['99999999999999999999', '1'],
      ['1', '99999999999999999999'],
      ['18446744073709551616', '0'],
      ['-1', '0'],
      ['9'.repeat(400), '1'],
    ];
    for (const [path, names] of Object.entries(queries())) {
      const name = ['after', 'before'].find((own) => names.includes(own)) ?? 'cursor';
      const texts = ['', '!', '%00', 'bnVsbA', 'W10', ...positions.map(encodeCursor)];
      for (const text of texts) {
        const answer = await stage.client().get(`${path}${path.includes('?') ? '&' : '?'}${name}=${text}`);
        const held = Buffer.from(text, 'base64url').toString();
        // An item id or an entry may be any text.
        if (answer.status === 200 && /item-failures|address-book/.test(path) && /^\["[^\\]*"/.test(held)) continue;
        expectProblem(answer, 400, `${path} ${held}`);
      }
    }
  });

  it('in ids is told before anything is looked for', async () => {
    for (const { method, template } of apiRoutes()) {
      if (!template.includes(':id')) continue;
      for (const id of ['1', 'x', '%00', '%ED%A0%80', `${uuid()}x`, '../../etc/passwd', 'x'.repeat(199), '*', '%27'])
        expectProblem(
          await stage.client().call(method, pathIn(template.replace(':id', id), mine)),
          [400, 404, 405],
          `${method} ${template} ${id}`,
        );
      const path = pathIn(template.replace(':id', uuid()), mine);
      expectProblem(await stage.client().call(method, path, changeOf(method, template)), 404, `${method} ${template}`);
    }
    for (const position of ['-1', '1.5', 'x', '99999999999999999999', '%00', '1e5'])
      expectProblem(
        await stage.client().get(`/v1/messages/${mine.message}/attachments/${position}`),
        [400, 404],
        position,
      );
  });

  it('left no trace: nothing was changed, nothing was logged as an error', async () => {
    expect(await stage.client().all('/v1/mailboxes')).toHaveLength(4);
    expect(
      stage
        .logged()
        .split('\n')
        .filter((line) => /"level":(?:50|60|"error")/.test(line)),
    ).toEqual([]);
  });
});

describe('a mailbox’s address in other writings', () => {
  it.each(['ΑΣ@example.com', 'İ@example.com', 'GROẞ@example.com', '\u212a@example.com', 'Ä@example.com'])(
    '%s is created once and found again',
    async (emailAddress) => {
      const body = { profileId: mine.profile, emailAddress };
      const made = succeeded(await stage.client().post('/v1/mailboxes', body));
      expect(made.emailAddress).toBe(emailAddress);
      const again = await stage.client().post('/v1/mailboxes', body);
      expectProblem(again, 409, emailAddress);
      expect(again.body.detail).toContain(made.id);
      const rows = succeeded(
        await stage.client().get(`/v1/mailboxes?emailAddress=${encodeURIComponent(emailAddress)}`),
      );
      expect(rows.items.map((row: { id: string }) => row.id)).toEqual([made.id]);
      expect((await stage.client().delete(`/v1/mailboxes/${made.id}`)).status).toBe(204);
    },
  );
});

/** Comes last: what a role may do is done, deletions and all. */
describe('every role on every route', () => {
  const roles = ['viewer', 'limited viewer', 'owner of none', 'owner', 'admin'] as const;
  type Role = (typeof roles)[number];
  const scopeOf: Readonly<Record<Role, string>> = {
    viewer: 'read',
    'limited viewer': 'read',
    'owner of none': 'write',
    owner: 'write',
    admin: 'admin',
  };
  const allowing: Readonly<Record<string, readonly string[]>> = {
    read: ['read', 'write', 'admin'],
    write: ['write', 'admin'],
    admin: ['admin'],
  };
  const seen = (role: Role) => ({
    mine: role !== 'owner of none',
    others: role === 'viewer' || role === 'admin',
  });
  let people: Record<Role, SignedIn>;

  beforeAll(async () => {
    const own = [mine.profile];
    people = {
      viewer: await signIn(stage, { role: 'viewer', profileIds: null }),
      'limited viewer': await signIn(stage, { role: 'viewer', profileIds: own }),
      'owner of none': await signIn(stage, { role: 'owner', profileIds: [] }),
      owner: await signIn(stage, { role: 'owner', profileIds: own }),
      admin: await signIn(stage, { role: 'admin' }),
    };
  });

  it.each(roles)('%s sees in lists what is within the profiles', async (role) => {
    const { client } = people[role];
    const within = [...(seen(role).mine ? [mine] : []), ...(seen(role).others ? [others] : [])];
    const profiles = within.map(({ profile }) => profile).sort();
    const lists = {
      '/v1/email-server-profiles': 'id',
      '/v1/mailboxes': 'profileId',
      '/v1/incidents': 'profileId',
      '/v1/messages': 'profileId',
      '/v1/notifications': 'profileId',
      '/v1/outgoing-messages': 'profileId',
      '/v1/threads': 'profileId',
      '/v1/diagnostics': 'profileId',
    };
    for (const [path, field] of Object.entries(lists)) {
      const rows = await client.all(path);
      expect([path, [...new Set(rows.map((row) => row[field]))].sort()]).toEqual([path, profiles]);
    }
    await feedSettled(stage.dataSource);
    const events = succeeded(await client.get('/v1/events?limit=200')).items as { profileId: string }[];
    expect([...new Set(events.map(({ profileId }) => profileId))].sort()).toEqual(profiles);
    expect((await client.all('/v1/webhook-endpoints')).map(({ id }) => id).sort()).toEqual(
      within.map(({ endpoint }) => endpoint).sort(),
    );
    for (const one of [mine, others]) {
      const status = within.includes(one) ? 200 : 404;
      expect((await client.get(`/v1/messages?mailboxId=${one.mailbox}`)).status).toBe(status);
      expect((await client.get(`/v1/email-server-profiles/${one.profile}/members`)).status).toBe(status);
    }
    for (const path of ['/v1/users', '/v1/api-keys'])
      expect([path, (await client.get(path)).status]).toEqual([path, role === 'admin' ? 200 : 403]);
  });

  it.each(roles)('%s makes new things only within the profiles', async (role) => {
    const { client } = people[role];
    const mayWrite = allowing.write?.includes(scopeOf[role]) ?? false;
    const attempts: [path: string, body: (one: Resources) => object, outside: number][] = [
      [
        '/v1/mailboxes',
        ({ profile }) => ({ profileId: profile, emailAddress: `${role.replaceAll(' ', '-')}@new.example` }),
        400,
      ],
      [
        '/v1/outgoing-messages',
        ({ mailbox }) => ({ mailboxId: mailbox, to: ['x@y.example'], subject: 's', text: 't' }),
        404,
      ],
      ['/v1/diagnostics', ({ profile }) => ({ profileId: profile }), 404],
    ];
    for (const [path, body, outside] of attempts) {
      for (const [which, one] of Object.entries({ mine, others } as const)) {
        const { status } = await client.post(path, body(one));
        const isSeen = seen(role)[which as 'mine' | 'others'];
        const expected = !mayWrite ? 403 : isSeen ? (status < 300 ? status : 'success') : outside;
        expect([path, which, status]).toEqual([path, which, expected]);
      }
    }
    // A batch takes what the caller sees of it, and nothing is there to be seen.
    const batch = await client.post('/v1/mailbox-test-batches', { profileId: others.profile });
    expect([batch.status, batch.body.tests]).toEqual(
      !mayWrite ? [403, undefined] : [202, seen(role).others ? expect.any(Number) : 0],
    );
    const profile = await client.post('/v1/email-server-profiles', newProfile({ name: `By ${role}` }));
    expect(profile.status).toBe(role === 'admin' ? 201 : 403);
    const user = { email: `by-${role.replaceAll(' ', '-')}@people.example`, name: 'U', role: 'owner' };
    expect((await client.post('/v1/users', user)).status).toBe(role === 'admin' ? 201 : 403);
    const key = { name: 'k', scopes: ['admin'] };
    expect((await client.post('/v1/api-keys', key)).status).toBe(role === 'admin' ? 201 : 403);
  });

  /** What may not be there although the profile is: nothing was muted, no such delivery. */
  const maybeMissing = /:code$|:deliveryId/;
  /** What belongs to a thing goes before the thing, and the profile with nothing left in it at the very end. */
  const lastOfAll = (method: string, template: string) =>
    method !== 'DELETE' ? 0 : template === '/v1/email-server-profiles/:id' ? 3 : template.endsWith('/:id') ? 2 : 1;

  it.each(roles)('%s does what the role allows, to what is within the profiles', async (role) => {
    const { client } = people[role];
    const routes = apiRoutes()
      .filter(({ template }) => template.includes(':id'))
      .sort((a, b) => lastOfAll(a.method, a.template) - lastOfAll(b.method, b.template));
    expect(routes.length).toBeGreaterThan(60);
    // The owner uses up the first profile's things, and the administrator the second's.
    const targets = role === 'admin' ? { others } : { others, mine };
    for (const { method, scope, template } of routes) {
      for (const [which, one] of Object.entries(targets)) {
        const answer = await client.call(method, pathIn(template, one), changeOf(method, template));
        const what = `${role}: ${method} ${template} of ${which}: ${answer.status} ${JSON.stringify(answer.body)}`;
        const isAllowed = allowing[scope ?? '']?.includes(scopeOf[role]);
        if (!isAllowed) {
          if (answer.status !== 403 || answer.body.code !== 'missing-scope') throw new Error(what);
        } else if (!seen(role)[which as 'mine' | 'others']) {
          if (answer.status !== 404) throw new Error(what);
        } else if (answer.status >= 300 && answer.status !== 409) {
          if (answer.status !== 404 || !maybeMissing.test(template)) throw new Error(what);
        }
      }
    }
  });
});
