import { v7 as uuid } from 'uuid';
import { succeeded, WholeStage } from './support/whole-stage.js';

let stage: WholeStage;
let other: string;
let limited: string;

const failure = (code: string, category: string) => JSON.stringify({ code, category, during: 'incoming', values: {} });

/** Past the API: what counts here is how it is found. */
async function put(
  emailAddress: string,
  more: { displayName?: string; state?: string; failure?: string | null; profileId?: string } = {},
): Promise<void> {
  const { displayName = null, state = 'active', failure: why = null, profileId = stage.profileId } = more;
  await stage.dataSource.query(
    `INSERT INTO mailboxes (id, profile_id, email_address, display_name, incoming, outgoing, state, state_since, failure, approved_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4, true, true, $5, now(), $6, CASE WHEN $5 <> 'paused' THEN now() END, now(), now())`,
    [uuid(), profileId, emailAddress, displayName, state, why],
  );
}

const found = async (query: string, token?: string): Promise<string[]> =>
  (await stage.client(token).all(`/v1/mailboxes?${query}`)).map(({ emailAddress }) => emailAddress.split('@')[0]);
const looking = (text: string, token?: string) => found(`q=${encodeURIComponent(text)}`, token);
const counts = async (query: string, token?: string) =>
  succeeded(await stage.client(token).get(`/v1/mailboxes/counts?${query}`));

beforeAll(async () => {
  stage = await WholeStage.open();
  other = await stage.makeProfile();
  limited = await stage.makeKey(['read'], [other]);
  const denied = failure('ErrorImpersonateUserDenied', 'impersonation-permission');
  await put('anna.berg@example.com', { displayName: 'Anna Berg' });
  await put('bernd@example.com', { displayName: 'Bernd 100% Öl_Werk', state: 'paused' });
  await put('c_d@example.com', { displayName: 'back\\slash', state: 'failed', failure: denied });
  await put('cxd@example.com', { state: 'verifying', failure: denied });
  await put('dora@example.com', {
    state: 'failed',
    failure: failure('ErrorNonExistentMailbox', 'mailbox-gone-moved'),
  });
  await put('else@example.com', { displayName: 'Anna Else', profileId: other, state: 'failed', failure: denied });
  await put('gone@example.com', { state: 'failed', failure: denied });
  await stage.dataSource.query(`UPDATE mailboxes SET removed_at = now() WHERE email_address LIKE 'gone%'`);
});
afterAll(() => stage?.close());

describe('looking for a part of an address or name', () => {
  it.each<[text: string, names: string[]]>([
    ['berg', ['anna.berg']],
    ['ANNA', ['anna.berg', 'else']],
    ['nn', ['anna.berg', 'else']],
    ['ÖL_w', ['bernd']],
    ['  dora@ ', ['dora']],
    ['gone', []],
    ['example.com\nAnna', []],
    ['comanna', []],
  ])('%j finds %j', async (text, names) => {
    if (text.includes('\n')) {
      expect((await stage.client().get(`/v1/mailboxes?q=${encodeURIComponent(text)}`)).status).toBe(400);
      return;
    }
    expect(await looking(text)).toEqual(names);
  });

  it.each<[text: string, names: string[]]>([
    ['c_d', ['c_d']],
    ['%', ['bernd']],
    ['100%', ['bernd']],
    ['_', ['bernd', 'c_d']],
    ['\\', ['c_d']],
    ['k\\s', ['c_d']],
    ['b%d', []],
  ])('%j is no pattern, and finds %j', async (text, names) => {
    expect(await looking(text)).toEqual(names);
  });

  it('of nothing but blanks finds all', async () => {
    expect(await looking('  ')).toHaveLength(6);
  });

  it('finds what the key sees', async () => {
    expect(await looking('anna', limited)).toEqual(['else']);
    expect(await looking('berg', limited)).toEqual([]);
  });
});

describe('filters', () => {
  it.each([
    ['state=failed', ['c_d', 'dora', 'else']],
    ['state=failed,verifying', ['c_d', 'cxd', 'dora', 'else']],
    ['state=failed&state=paused', ['bernd', 'c_d', 'dora', 'else']],
    ['state=failed,failed', ['c_d', 'dora', 'else']],
    ['cause=ErrorImpersonateUserDenied', ['c_d', 'cxd', 'else']],
    ['cause=ErrorImpersonateUserDenied&state=verifying', ['cxd']],
    ['cause=ErrorImpersonateUserDenied&q=anna', ['else']],
    ['cause=NoSuchCode', []],
    ['approved=false&q=e', ['bernd']],
  ])('%s', async (query, names) => {
    expect(await found(query)).toEqual(names);
  });

  it('go through all pages', async () => {
    expect(await found('limit=1&state=failed,verifying&q=d')).toEqual(['c_d', 'cxd', 'dora']);
  });

  it.each(['state=', 'state=failed,', 'state=broken', 'state=failed&state=broken', 'state[a]=failed', 'cause=%00'])(
    '%s is refused',
    async (query) => {
      const answer = await stage.client().get(`/v1/mailboxes?${query}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
    },
  );
});

describe('counts', () => {
  it('are by state, of what the filters leave and the key sees', async () => {
    const none = { active: 0, verifying: 0, failed: 0, paused: 0 };
    expect(await counts('')).toEqual({ total: 6, byState: { active: 1, verifying: 1, failed: 3, paused: 1 } });
    expect(await counts('q=anna')).toEqual({ total: 2, byState: { ...none, active: 1, failed: 1 } });
    expect(await counts('approved=false')).toEqual({ total: 1, byState: { ...none, paused: 1 } });
    expect(await counts('cause=ErrorNonExistentMailbox')).toEqual({ total: 1, byState: { ...none, failed: 1 } });
    expect(await counts(`profileId=${other}`)).toEqual({ total: 1, byState: { ...none, failed: 1 } });
    expect(await counts('', limited)).toEqual({ total: 1, byState: { ...none, failed: 1 } });
    expect(await counts(`profileId=${stage.profileId}`, limited)).toEqual({ total: 0, byState: none });
    expect((await stage.client().get('/v1/mailboxes/counts?state=failed')).status).toBe(400);
  });
});

describe('causes', () => {
  it('are what stops mailboxes, most of them first, in plain words', async () => {
    const causes = async (query: string, token?: string) =>
      succeeded(await stage.client(token).get(`/v1/mailboxes/causes${query}`)).items;
    expect(await causes('')).toEqual([
      { code: 'ErrorImpersonateUserDenied', title: expect.stringMatching(/\w \w/), mailboxes: 3 },
      { code: 'ErrorNonExistentMailbox', title: expect.stringMatching(/\w \w/), mailboxes: 1 },
    ]);
    expect(await causes(`?profileId=${other}`)).toMatchObject([{ mailboxes: 1 }]);
    expect(await causes('', limited)).toMatchObject([{ code: 'ErrorImpersonateUserDenied', mailboxes: 1 }]);
    expect(await causes(`?profileId=${stage.profileId}`, limited)).toEqual([]);
  });
});

it('a mailbox in a list names its profile', async () => {
  const [mailbox] = await stage.client().all('/v1/mailboxes?q=dora');
  expect(mailbox).toMatchObject({ profileName: `Profile ${stage.profileId}`, failure: { title: expect.any(String) } });
});

describe('a database that has no pg_trgm', () => {
  it('is searched all the same', async () => {
    const { dataSource } = stage;
    await dataSource.query(`DROP EXTENSION pg_trgm CASCADE`);
    expect(await dataSource.query(`SELECT FROM pg_indexes WHERE indexname = 'mailboxes_by_text'`)).toEqual([]);
    expect(await looking('berg')).toEqual(['anna.berg']);
  });
});
