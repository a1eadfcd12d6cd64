import { v7 as uuid } from 'uuid';
import { storedFailure, type StoredFailure } from '../../src/features/failures/failure.js';
import { classify } from '../../src/features/failures/classify.js';
import { MailboxTransitions, type MailboxReport } from '../../src/features/mailboxes/mailbox-transitions.js';
import { NotificationsStore } from '../../src/features/notifications/notifications.store.js';
import { exchangeError } from '../../src/drivers/ews/exchange-error.js';
import { WholeStage, succeeded } from './support/whole-stage.js';

let stage: WholeStage;
beforeAll(async () => {
  stage = await WholeStage.open({ poolSize: 25 });
});
afterAll(() => stage?.close());

function failure(code: string): StoredFailure {
  const error = exchangeError({
    origin: 'response',
    code,
    operation: 'FindItem',
    text: 'The account does not have permission to impersonate the requested user.',
    effectPossible: false,
    diagnostics: {
      clientRequestId: 'c-1',
      requestId: 'r-1',
      httpStatus: 500,
      frontEndServer: 'FE1',
      backEndServer: 'BE1',
      diagnosticInfo: null,
      serverVersion: '15.2.1.1',
      durationMs: 5,
    },
  });
  return storedFailure(classify(error), 'incoming', stage.clock.now());
}

/** A profile of its own with mailboxes. */
async function profileWith(mailboxes: number, more: Parameters<WholeStage['makeProfile']>[0] = {}) {
  const profileId = await stage.makeProfile(more);
  const rows = Array.from({ length: mailboxes }, () => ({ profileId, emailAddress: `${uuid()}@example.com` }));
  const { results } = succeeded(await stage.client().post('/v1/mailboxes/batch', { mailboxes: rows }));
  return { profileId, ids: results.map((row: { id: string }) => row.id) as string[] };
}

/** What a run reports, in a transaction of its own as runs do; PostgreSQL may end one of two that cross. */
async function report(id: string, event: MailboxReport): Promise<void> {
  const transitions = stage.get(MailboxTransitions);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await stage.dataSource.transaction((manager) => transitions.apply(manager, id, event, null));
      return;
    } catch (error) {
      if (attempt === 3 || (error as { code?: string }).code !== '40P01') throw error;
    }
  }
}
const stop = (id: string, code = 'ErrorImpersonateUserDenied') =>
  report(id, { type: 'work-denied', kind: 'incoming', failure: failure(code), confirmed: true });
const recover = (id: string) => report(id, { type: 'work-succeeded', kind: 'incoming', nextInMs: 60_000, lane: 1 });

const incidentsOf = (profileId: string) => stage.client().all(`/v1/incidents?profileId=${profileId}`);
const eventsOf = async (profileId: string): Promise<Record<string, number>> => {
  const rows = await stage.dataSource.query(
    'SELECT type, count(*)::int AS n FROM events WHERE profile_id = $1 GROUP BY type',
    [profileId],
  );
  return Object.fromEntries(rows.map((row: { type: string; n: number }) => [row.type, row.n]));
};
/** What is to be told once single mailboxes have waited for others. */
const notificationsOf = async (profileId: string): Promise<string[]> => {
  stage.clock.advance(30_000);
  await stage.plan();
  return (await stage.client().all('/v1/notifications'))
    .filter((row) => row.profileId === profileId)
    .map((row) => row.kind)
    .sort();
};

it('200 mailboxes that fail at once are one incident and one notification; the last to recover close it once', async () => {
  const { profileId, ids } = await profileWith(200);
  await Promise.all(ids.map((id) => stop(id)));
  const [incident, ...more] = await incidentsOf(profileId);
  expect(more).toEqual([]);
  expect(incident).toMatchObject({
    open: true,
    scope: 'profile',
    code: 'ErrorImpersonateUserDenied',
    count: 200,
    stoppedMailboxes: 200,
    affectedMailboxes: 200,
    requestId: 'r-1',
    clientRequestId: 'c-1',
  });
  expect(await notificationsOf(profileId)).toEqual(['opened']);
  expect(await eventsOf(profileId)).toEqual({ 'mailbox.failed': 200, 'incident.opened': 1, 'incident.widened': 1 });

  // A probe that fails again joins nothing anew and tells nobody again.
  stage.clock.advance(60_000);
  await Promise.all(ids.slice(0, 20).map((id) => stop(id)));
  expect(await incidentsOf(profileId)).toMatchObject([{ id: incident.id, count: 220, stoppedMailboxes: 200 }]);

  await Promise.all(ids.map((id) => recover(id)));
  expect(await incidentsOf(profileId)).toMatchObject([
    {
      id: incident.id,
      open: false,
      stoppedMailboxes: 0,
      affectedMailboxes: 200,
      closedAt: expect.any(String),
    },
  ]);
  expect(await notificationsOf(profileId)).toEqual(['opened', 'recovered']);
  expect(await eventsOf(profileId)).toEqual({
    'mailbox.failed': 200,
    'mailbox.recovered': 200,
    'incident.opened': 1,
    'incident.widened': 1,
    'incident.closed': 1,
  });
});

it('mailboxes that fail and recover at random leave each incident open exactly while it holds one', async () => {
  const { profileId, ids } = await profileWith(12);
  const codes = ['ErrorImpersonateUserDenied', 'ErrorNonExistentMailbox', 'ErrorAccessDenied'];
  for (let round = 0; round < 12; round += 1) {
    await Promise.all(
      ids.map((id, index) => {
        const dice = (index * 7 + round * 5) % 4;
        return dice === 3 ? recover(id) : stop(id, codes[(dice + round) % 3]);
      }),
    );
    const incidents = await incidentsOf(profileId);
    for (const incident of incidents)
      expect([incident.code, incident.open]).toEqual([incident.code, incident.stoppedMailboxes > 0]);
    const held = await stage.client().all(`/v1/mailboxes?profileId=${profileId}&state=failed`);
    expect(incidents.reduce((sum, { stoppedMailboxes }) => sum + stoppedMailboxes, 0)).toBe(held.length);
    const open = incidents.filter((incident) => incident.open).map(({ code }) => code);
    expect(new Set(open).size).toBe(open.length);
    expect(new Set(held.map(({ failure: { code } }) => code))).toEqual(new Set(open));
  }
});

it('a mailbox whose cause changes moves to the other incident, and closes the one that it was the last of', async () => {
  const { profileId, ids } = await profileWith(1);
  await stop(ids[0] ?? '');
  await stop(ids[0] ?? '', 'ErrorNonExistentMailbox');
  stage.clock.advance(30_000);
  await stage.plan();
  const [second, first] = await incidentsOf(profileId);
  expect([second.code, second.open, second.stoppedMailboxes]).toEqual(['ErrorNonExistentMailbox', true, 1]);
  expect([first.code, first.open, first.stoppedMailboxes]).toEqual(['ErrorImpersonateUserDenied', false, 0]);
  const read = succeeded(await stage.client().get(`/v1/incidents/${second.id}`));
  expect(read.mailboxes).toMatchObject([{ id: ids[0], recoveredAt: null }]);
  expect(read.notifications).toMatchObject([{ kind: 'opened', state: 'pending' }]);
  // The same cause again is a new incident, for the old one is over and its owner was told so.
  await stop(ids[0] ?? '');
  expect(await incidentsOf(profileId)).toMatchObject([
    { code: 'ErrorImpersonateUserDenied', open: true },
    { id: second.id, open: false },
    { id: first.id, open: false },
  ]);
});

it.each([
  ['paused', (id: string) => stage.client().post(`/v1/mailboxes/${id}/pause`)],
  ['deleted', (id: string) => stage.client().delete(`/v1/mailboxes/${id}`)],
  ['no longer receiving', (id: string) => stage.client().patch(`/v1/mailboxes/${id}`, { incoming: false })],
])('a mailbox that is %s holds no incident open', async (_what, act) => {
  const { profileId, ids } = await profileWith(1);
  await stop(ids[0] ?? '');
  expect(await notificationsOf(profileId)).toEqual(['opened']);
  succeeded(await act(ids[0] ?? ''));
  expect(await incidentsOf(profileId)).toMatchObject([{ open: false, stoppedMailboxes: 0 }]);
  expect(await notificationsOf(profileId)).toEqual(['opened', 'recovered']);
});

it('an owner who does not want to be told is not told; the incident is there all the same', async () => {
  const { profileId, ids } = await profileWith(2, { notifyOwner: false });
  await Promise.all(ids.map((id) => stop(id)));
  expect(await incidentsOf(profileId)).toMatchObject([{ open: true, stoppedMailboxes: 2 }]);
  expect(await notificationsOf(profileId)).toEqual([]);
  // Somebody who was not told of the trouble is not told of its end either.
  await stage.dataSource.query('UPDATE email_server_profiles SET notify_owner = true WHERE id = $1', [profileId]);
  await Promise.all(ids.map((id) => recover(id)));
  expect(await notificationsOf(profileId)).toEqual([]);
});

it('several notifiers take each notification once, and one that dies leaves it to the others', async () => {
  const { profileId, ids } = await profileWith(3);
  await Promise.all(ids.map((id) => stop(id)));
  stage.clock.advance(30_000);
  await stage.plan();
  const store = stage.get(NotificationsStore);
  const now = stage.clock.now();
  const taken = (
    await Promise.all(Array.from({ length: 6 }, () => store.takeDue(now, stage.clock.in(120_000), 20)))
  ).flat();
  expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
  expect(taken.filter((row) => row.profile_id === profileId)).toHaveLength(1);
  expect(await store.takeDue(now, stage.clock.in(120_000), 20)).toEqual([]);
  // Whoever took it and died leaves it due again.
  expect((await store.takeDue(stage.clock.in(120_000), stage.clock.in(240_000), 200)).length).toBe(taken.length);
});
