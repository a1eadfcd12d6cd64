import { CatchUpStore } from '../../src/features/incidents/catch-up.store.js';
import { NotificationHealth } from '../../src/features/notifications/notification-health.js';
import { NotificationsStore } from '../../src/features/notifications/notifications.store.js';
import { hours, minutes, NotifyingStage } from './support/notifying-stage.js';
import { succeeded } from './support/whole-stage.js';

let stage: NotifyingStage;
beforeAll(async () => {
  stage = await NotifyingStage.open();
});
afterAll(() => stage?.close());
beforeEach(() => {
  stage.smtp.refusal = () => null;
});

const client = () => stage.whole.client();
const contact = { name: 'Carla Contact', email: 'carla@example.com' };
const paul = { name: 'Paul Person', email: 'paul@example.com' };
const events = async (incidentId: string) =>
  stage.whole.dataSource.query<{ type: string; data: Record<string, unknown> }[]>(
    `SELECT type, data FROM events WHERE subject_id = $1 ORDER BY seq`,
    [incidentId],
  );
const read = async (id: string) => succeeded(await client().get(`/v1/incidents/${id}`));

/** A profile of which some mailboxes stand still; its owner has been told. */
async function broken(stopped = 1, mailboxes = 10, more: Parameters<NotifyingStage['profileWith']>[1] = {}) {
  const { profileId, ids } = await stage.profileWith(mailboxes, more);
  for (const id of ids.slice(0, stopped)) await stage.stop(id);
  await stage.pass(30_000);
  const { id } = await stage.incident(profileId);
  return { profileId, ids, id: id as string };
}

describe('when mail goes out', () => {
  it('300 mailboxes that fail of one cause within a minute are one e-mail, and one when all are back', async () => {
    const { profileId, ids } = await stage.profileWith(300);
    for (let first = 0; first < 300; first += 50) {
      await Promise.all(ids.slice(first, first + 50).map((id) => stage.stop(id)));
      await stage.pass(10_000, 5_000);
    }
    await stage.pass(50 * minutes, 10 * minutes);
    expect(stage.mailOf(profileId)).toHaveLength(1);
    for (let first = 0; first < 300; first += 50) {
      await Promise.all(ids.slice(first, first + 50).map((id) => stage.recover(id)));
      await stage.pass(1_000);
    }
    const { id } = await stage.incident(profileId);
    expect(await stage.told(id)).toEqual(['opened olga', 'recovered olga']);
    expect(stage.mailOf(profileId)).toHaveLength(2);
  });

  it('single mailboxes are waited for, and a profile is told of as soon as most of it stands still', async () => {
    const { profileId, ids } = await stage.profileWith(8);
    await stage.stop(ids[0] ?? '');
    await stage.pass(29_000);
    expect(stage.mailOf(profileId)).toEqual([]);
    for (const id of ids.slice(1, 4)) await stage.stop(id);
    await stage.pass(500);
    expect(await stage.incident(profileId)).toMatchObject({ scope: 'profile' });
    expect(stage.mailOf(profileId)).toHaveLength(1);
  });

  it('tells of growth at most hourly, reminds daily, and says how far it goes', async () => {
    const { id, ids } = await broken(1, 20);
    await stage.stop(ids[1] ?? '');
    await stage.pass(59 * minutes, 10 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga']);
    await stage.stop(ids[2] ?? '');
    await stage.pass(2 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga', 'digest 1 olga']);
    // One that comes and goes is not new to it.
    await stage.recover(ids[2] ?? '');
    await stage.stop(ids[2] ?? '');
    await stage.pass(23 * hours, hours);
    expect(await stage.told(id)).toHaveLength(2);
    await stage.pass(2 * hours, hours);
    expect(await stage.told(id)).toEqual(['opened olga', 'digest 1 olga', 'digest 2 olga']);
    for (const one of ids.slice(0, 3)) await stage.recover(one);
    await stage.pass(1_000);
    await stage.pass(3 * 24 * hours, 12 * hours);
    expect((await stage.told(id)).slice(3)).toEqual(['recovered olga']);
  });

  it('is one mail when it is over before anybody was told: the one that says both', async () => {
    const { profileId, ids } = await stage.profileWith(5);
    await stage.stop(ids[0] ?? '');
    await stage.pass(10_000);
    await stage.recover(ids[0] ?? '');
    await stage.pass(hours, 10 * minutes);
    const { id } = await stage.incident(profileId);
    expect(await stage.told(id)).toEqual(['recovered olga']);
    expect(stage.mailOf(profileId)).toHaveLength(1);
  });

  it('is one mail when it is over before the mail server took the first one', async () => {
    stage.smtp.refusal = () => ({ code: 451, words: 'try later' });
    const { id, ids, profileId } = await broken();
    expect(await stage.told(id)).toEqual(['opened olga pending']);
    await stage.recover(ids[0] ?? '');
    stage.smtp.refusal = () => null;
    await stage.pass(hours, 10 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga withdrawn', 'recovered olga']);
    expect(stage.mailOf(profileId)).toHaveLength(1);
  });

  it('does not pile up what waits for the mail server: it is written when it goes out', async () => {
    stage.smtp.refusal = () => ({ code: 451, words: 'try later' });
    const { id, ids, profileId } = await broken(1, 20);
    await stage.pass(30 * hours, hours);
    await stage.stop(ids[1] ?? '');
    await stage.pass(3 * hours, hours);
    stage.smtp.refusal = () => null;
    await stage.pass(hours, 10 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga']);
    expect(stage.mailOf(profileId)).toHaveLength(1);
    // The next one counts from what that mail told.
    await stage.pass(22 * hours, hours);
    expect(stage.mailOf(profileId)).toHaveLength(1);
  });

  it('does not overtake itself: the end waits for a beginning that somebody is just sending', async () => {
    const { profileId, ids } = await stage.profileWith(5);
    await stage.stop(ids[0] ?? '');
    stage.whole.clock.advance(30_000);
    await stage.whole.plan();
    const store = stage.whole.get(NotificationsStore);
    const taken = await store.takeDue(stage.now(), stage.whole.clock.in(5 * minutes), 50);
    await stage.recover(ids[0] ?? '');
    await stage.pass(4 * minutes, minutes);
    const { id } = await stage.incident(profileId);
    expect(await stage.told(id)).toEqual(['opened olga pending', 'recovered olga pending']);
    const [opened] = taken.filter((row) => row.incident_id === id);
    const result = {
      state: 'sent',
      subject: 's',
      text: 't',
      at: stage.now(),
      error: null,
      nextAttemptAt: null,
    } as const;
    if (!opened) throw new Error('nothing was taken');
    await store.settle(opened, result);
    await stage.pass(1_000);
    expect(await stage.told(id)).toEqual(['opened olga', 'recovered olga']);
    // Whoever took so long that another one had to try writes nothing any more.
    await store.settle({ ...opened, attempts: 7 }, { ...result, state: 'failed' });
    expect(await stage.told(id)).toEqual(['opened olga', 'recovered olga']);
  });

  it('tells the end at once when it begins anew, and the new beginning when it lasts', async () => {
    const { profileId } = await stage.profileWith(1);
    await stage.suspend(profileId);
    await stage.pass(1_000);
    await stage.resume(profileId);
    await stage.pass(10_000);
    expect(stage.mailOf(profileId)).toHaveLength(1);
    await stage.suspend(profileId);
    await stage.pass(1_000);
    expect(stage.mailOf(profileId)).toHaveLength(2);
    await stage.pass(31 * minutes, minutes);
    expect(stage.mailOf(profileId)).toHaveLength(3);
    await stage.resume(profileId);
    await stage.pass(2 * minutes);
    expect(stage.mailOf(profileId)).toHaveLength(4);
  });

  it('tells a cause that comes and goes once, and again after a day', async () => {
    const { profileId } = await stage.profileWith(1);
    const flap = async () => {
      await stage.suspend(profileId);
      await stage.pass(5 * minutes, minutes);
      await stage.resume(profileId);
      await stage.pass(5 * minutes, minutes);
    };
    for (let times = 0; times < 8; times += 1) await flap();
    expect(stage.mailOf(profileId)).toHaveLength(2);
    expect(await client().all(`/v1/incidents?profileId=${profileId}`)).toHaveLength(8);
    await stage.pass(25 * hours, 5 * hours);
    await flap();
    expect(stage.mailOf(profileId)).toHaveLength(4);
  });

  it('tells of another mailbox that meets a cause which has just ended for the first', async () => {
    const { ids, profileId } = await broken();
    await stage.recover(ids[0] ?? '');
    await stage.pass(minutes);
    await stage.stop(ids[1] ?? '');
    await stage.pass(minutes);
    expect(stage.mailOf(profileId)).toHaveLength(3);
    await stage.recover(ids[1] ?? '');
    await stage.pass(minutes);
  });

  it('tells what was fetched and sent since', async () => {
    const { id, ids, profileId } = await broken();
    const [mailbox = ''] = ids;
    await stage.pass(hours);
    const body = { mailboxId: mailbox, to: ['x@y.example'], subject: 's', text: 't' };
    const waited = succeeded(await client().post('/v1/outgoing-messages', body)).id;
    const { dataSource } = stage.whole;
    const now = stage.now();
    await dataSource.query(
      `WITH content AS (INSERT INTO message_contents (id, profile_id, headers) VALUES (gen_random_uuid(), $1, '[]') RETURNING id)
       INSERT INTO messages (id, mailbox_id, profile_id, content_id, identity, folder, reference_ids, recipients, importance, is_read, has_attachments, size_bytes, received_at, stored_at)
       SELECT gen_random_uuid(), $2, $1, content.id, decode(md5(n::text), 'hex'), 'inbox', '{}', '{}', 'normal', false, false, 1, $3::timestamptz - n * interval '10 minutes', $3
       FROM content, generate_series(1, 9) n`,
      [profileId, mailbox, now],
    );
    await stage.recover(mailbox);
    await dataSource.query(`UPDATE outgoing_messages SET state = 'sent', sent_at = $2, updated_at = $2 WHERE id = $1`, [
      waited,
      now,
    ]);

    const [row] = await dataSource.query(`SELECT * FROM incidents WHERE id = $1`, [id]);
    expect(await stage.whole.get(CatchUpStore).of(row)).toEqual({ received: 6, sent: 1 });
    expect((await read(id)).caughtUp).toEqual({ received: 6, sent: 1 });
    // Of a whole profile, whose incident has no mailboxes of its own.
    expect(await stage.whole.get(CatchUpStore).of({ ...row, affected: 0 })).toEqual({ received: 6, sent: 1 });
    // What is not there yet may be on its way.
    expect(await stage.whole.get(CatchUpStore).of({ ...row, affected: 0, opened_at: stage.whole.clock.in(1) })).toEqual(
      {
        received: null,
        sent: null,
      },
    );
  });
});

describe('what people do with an incident', () => {
  it('acknowledged, it is quiet until it grows', async () => {
    const { id, ids } = await broken(1, 20, { escalationContact: contact, escalateAfterMinutes: 60 });
    expect(succeeded(await stage.act(id, 'acknowledge')).acknowledged).toMatchObject({
      at: stage.now().toISOString(),
      by: { name: expect.any(String) },
    });
    succeeded(await stage.act(id, 'acknowledge'));
    await stage.pass(5 * 24 * hours, 6 * hours);
    expect(await stage.told(id)).toEqual(['opened olga']);
    await stage.stop(ids[1] ?? '');
    await stage.pass(1_000);
    expect(await stage.told(id)).toEqual(['opened olga', 'digest 1 olga']);
    expect((await read(id)).acknowledged).toBeNull();
    await stage.pass(61 * minutes, minutes);
    expect((await stage.told(id)).slice(2)).toEqual(['escalated carla']);
    await stage.recover(ids[0] ?? '');
    await stage.recover(ids[1] ?? '');
    await stage.pass(1_000);
    expect((await stage.told(id)).slice(3).sort()).toEqual(['recovered carla', 'recovered olga']);
    expect((await stage.act(id, 'acknowledge')).body.code).toBe('incident-closed');
    expect((await events(id)).map(({ type }) => type)).toEqual([
      'incident.opened',
      'incident.acknowledged',
      'incident.escalated',
      'incident.closed',
    ]);
  });

  it('acknowledged before the mail server took the escalation, it is not sent', async () => {
    const { id } = await broken(1, 20, { escalationContact: contact, escalateAfterMinutes: 60 });
    stage.smtp.refusal = () => ({ code: 451, words: 'try later' });
    await stage.pass(hours, 30 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga', 'escalated carla pending']);
    succeeded(await stage.act(id, 'acknowledge'));
    stage.smtp.refusal = () => null;
    await stage.pass(hours, 10 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga', 'escalated carla withdrawn']);
  });

  it('snoozed, nobody is mailed until then; then there is one digest, and the end is told at any time', async () => {
    const { id, ids } = await broken(1, 20, { escalationContact: contact, escalateAfterMinutes: 60 });
    const until = new Date(stage.now().getTime() + 50 * hours).toISOString();
    expect(succeeded(await stage.act(id, 'snooze', { until })).snoozed).toMatchObject({ until });
    await stage.stop(ids[1] ?? '');
    await stage.pass(49 * hours, hours);
    expect(await stage.told(id)).toEqual(['opened olga']);
    await stage.pass(2 * hours, hours);
    expect((await stage.told(id)).slice(1).sort()).toEqual(['digest 1 olga', 'escalated carla']);
    const again = new Date(stage.now().getTime() + 50 * hours).toISOString();
    succeeded(await stage.act(id, 'snooze', { until: again }));
    await stage.recover(ids[0] ?? '');
    await stage.recover(ids[1] ?? '');
    await stage.pass(1_000);
    expect((await stage.told(id)).slice(3).sort()).toEqual(['recovered carla', 'recovered olga']);
    for (const wrong of [stage.now().toISOString(), '2099-01-01T00:00:00Z', 'soon'])
      expect((await stage.act(id, 'snooze', { until: wrong })).status).toBe(400);
  });

  it('snoozed before the mail server took it, it waits', async () => {
    stage.smtp.refusal = () => ({ code: 451, words: 'try later' });
    const { id } = await broken();
    const until = new Date(stage.now().getTime() + 5 * hours).toISOString();
    succeeded(await stage.act(id, 'snooze', { until }));
    stage.smtp.refusal = () => null;
    await stage.pass(4 * hours, hours);
    expect(await stage.told(id)).toEqual(['opened olga pending']);
    await stage.pass(2 * hours, hours);
    expect(await stage.told(id)).toEqual(['opened olga']);
  });

  it('no longer snoozed, what was put off is told, and there is one digest', async () => {
    const { id } = await broken();
    const until = new Date(stage.now().getTime() + 50 * hours).toISOString();
    succeeded(await stage.act(id, 'snooze', { until }));
    const open = succeeded(await stage.act(id, 'snooze', { until: null }));
    expect([open.snoozed, open.acts[0]]).toMatchObject([null, { act: 'snoozed', data: { until: null } }]);
    expect(succeeded(await stage.act(id, 'snooze', { until: null })).acts).toHaveLength(2);
    await stage.pass(minutes);
    expect(await stage.told(id)).toEqual(['opened olga', 'digest 1 olga']);

    stage.smtp.refusal = () => ({ code: 451, words: 'try later' });
    const { id: other } = await broken();
    succeeded(await stage.act(other, 'snooze', { until }));
    await stage.pass(hours, 10 * minutes);
    stage.smtp.refusal = () => null;
    expect(await stage.told(other)).toEqual(['opened olga pending']);
    succeeded(await stage.act(other, 'snooze', { until: null }));
    await stage.pass(1_000);
    expect(await stage.told(other)).toEqual(['opened olga']);
  });

  it('reassigned, further mail goes to the other person, and back again', async () => {
    const { id, ids } = await broken(1, 20);
    expect(succeeded(await stage.act(id, 'reassign', { assignee: paul })).assignee).toEqual(paul);
    await stage.pass(1_000);
    expect(await stage.told(id)).toEqual(['opened olga', 'opened paul']);
    await stage.pass(25 * hours, hours);
    expect((await stage.told(id)).slice(2)).toEqual(['digest 1 paul']);
    expect(succeeded(await stage.act(id, 'reassign', { assignee: null })).assignee).toBeNull();
    await stage.pass(25 * hours, hours);
    expect((await stage.told(id)).slice(3)).toEqual(['digest 2 olga']);
    succeeded(await stage.act(id, 'reassign', { assignee: paul }));
    await stage.recover(ids[0] ?? '');
    await stage.pass(1_000);
    expect((await stage.told(id)).slice(4)).toEqual(['recovered paul']);
    const acts = (await read(id)).acts;
    expect(acts.map(({ act, data }: { act: string; data: object }) => [act, data])).toEqual([
      ['reassigned', { assignee: paul }],
      ['reassigned', { assignee: null }],
      ['reassigned', { assignee: paul }],
    ]);
  });

  it('reassigned and over before anybody looked, the new person hears of it once', async () => {
    const { id, ids } = await broken();
    succeeded(await stage.act(id, 'reassign', { assignee: paul }));
    await stage.recover(ids[0] ?? '');
    await stage.pass(hours);
    expect(await stage.told(id)).toEqual(['opened olga', 'recovered paul']);
  });

  it('commented, it keeps what people wrote, also when it is over', async () => {
    const { id, ids } = await broken();
    const first = succeeded(await stage.act(id, 'comments', { text: 'Asked the Exchange people.' }));
    await stage.recover(ids[0] ?? '');
    succeeded(await stage.act(id, 'comments', { text: 'They forgot the new scope.' }));
    const comments = await client().all(`/v1/incidents/${id}/comments?limit=1`);
    expect(comments.map(({ text }) => text)).toEqual(['They forgot the new scope.', 'Asked the Exchange people.']);
    expect(comments[1]).toEqual(first);
    for (const text of ['', 'x'.repeat(10_001), 7])
      expect((await stage.act(id, 'comments', { text })).status).toBe(400);
    const told = (await events(id)).filter(({ type }) => type === 'incident.commented');
    expect(told.map(({ data }) => Object.keys(data).sort())).toEqual([
      ['by', 'commentId'],
      ['by', 'commentId'],
    ]);
    const key = { 'idempotency-key': 'c' };
    const post = () => client().post(`/v1/incidents/${id}/comments`, { text: 'once' }, key);
    expect((await post()).body).toEqual((await post()).body);
    expect(await client().all(`/v1/incidents/${id}/comments`)).toHaveLength(3);
  });

  it('checked, a few of its mailboxes are due at once', async () => {
    const { id, ids } = await broken(30, 100);
    const answer = await stage.act(id, 'check');
    expect([answer.status, answer.body]).toEqual([202, { mailboxes: 10 }]);
    const due = await stage.whole.dataSource.query(
      `SELECT 1 FROM mailbox_work WHERE mailbox_id = ANY($1) AND kind = 'incoming' AND due_at <= $2`,
      [ids.slice(0, 30), stage.now()],
    );
    expect(due).toHaveLength(10);
    expect((await read(id)).acts).toMatchObject([{ act: 'checked', data: { mailboxes: 10 } }]);
    for (const one of ids.slice(0, 30)) await stage.recover(one);
    expect((await stage.act(id, 'check')).body.code).toBe('incident-closed');
  });

  it('checked, a profile and a server that are held are called', async () => {
    const { profileId } = await stage.profileWith(1, { ewsUrl: 'https://held.example/EWS/Exchange.asmx' });
    await stage.suspend(profileId);
    const { dataSource } = stage.whole;
    await dataSource.query(`UPDATE profile_pacing SET hold_until = 'infinity' WHERE profile_id = $1`, [profileId]);
    await dataSource.query(
      `INSERT INTO server_pacing (host, failing_since, failures, suspended_cause, hold_until) VALUES ('held.example', now(), 9, 'X', 'infinity')`,
    );
    const held = async () =>
      dataSource.query(
        `SELECT 1 FROM profile_pacing WHERE profile_id = $1 AND hold_until = 'infinity' UNION ALL SELECT 1 FROM server_pacing WHERE hold_until = 'infinity'`,
        [profileId],
      );
    expect(await held()).toHaveLength(2);
    succeeded(await stage.act((await stage.incident(profileId)).id, 'check'));
    expect(await held()).toHaveLength(0);
    await dataSource.query(`UPDATE server_pacing SET hold_until = 'infinity'`);
    await stage.serverAway('held.example');
    succeeded(await stage.act((await stage.incident(profileId)).id, 'check'));
    expect(await held()).toHaveLength(0);
  });

  it('muted, it is there and nobody is mailed; unmuted while open, its owner is told once', async () => {
    const { profileId, ids } = await stage.profileWith(10);
    const path = `/v1/email-server-profiles/${profileId}/muted-causes/ErrorImpersonateUserDenied`;
    expect((await client().get(path)).status).toBe(404);
    expect((await client().call('PUT', path)).status).toBe(200);
    const muted = succeeded(await client().call('PUT', path));
    expect(succeeded(await client().get(path))).toEqual(muted);
    expect(await client().all(`/v1/email-server-profiles/${profileId}/muted-causes`)).toEqual([muted]);
    await stage.stop(ids[0] ?? '');
    await stage.pass(30 * hours, 5 * hours);
    const { id, muted: isMuted } = await stage.incident(profileId);
    expect([isMuted, await stage.told(id)]).toEqual([true, []]);
    // Another cause of the same profile is told.
    await stage.stop(ids[1] ?? '', 'ErrorNonExistentMailbox');
    await stage.pass(30_000);
    expect(stage.mailOf(profileId)).toHaveLength(1);
    expect((await client().delete(path)).status).toBe(204);
    expect((await client().delete(path)).status).toBe(204);
    await stage.pass(1_000);
    expect([(await read(id)).muted, await stage.told(id)]).toEqual([false, ['opened olga']]);
    // Muted once more while it lasts: not even its end is told.
    succeeded(await client().call('PUT', path));
    await stage.pass(50 * hours, 5 * hours);
    expect((await client().delete(path)).status).toBe(204);
    await stage.pass(2 * hours, hours);
    expect(await stage.told(id)).toEqual(['opened olga', 'digest 1 olga']);
    succeeded(await client().call('PUT', path));
    await stage.recover(ids[0] ?? '');
    await stage.pass(hours);
    expect(await stage.told(id)).toHaveLength(2);
    const types = (await events(profileId)).map(({ type }) => type);
    expect(types).toEqual(['muted', 'unmuted', 'muted', 'unmuted', 'muted'].map((act) => `profile.cause-${act}`));
  });

  it('unmuted, what has lasted long is escalated only when its time has passed once more', async () => {
    const { profileId, ids } = await stage.profileWith(10, { escalationContact: contact, escalateAfterMinutes: 120 });
    const path = `/v1/email-server-profiles/${profileId}/muted-causes/ErrorImpersonateUserDenied`;
    succeeded(await client().call('PUT', path));
    await stage.stop(ids[0] ?? '');
    await stage.pass(30 * hours, 5 * hours);
    succeeded(await client().delete(path));
    await stage.pass(110 * minutes, 10 * minutes);
    const { id } = await stage.incident(profileId);
    expect(await stage.told(id)).toEqual(['opened olga']);
    await stage.pass(20 * minutes, 10 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga', 'escalated carla']);
  });

  it('takes known causes only, and those that an incident of the profile has', async () => {
    const { profileId, ids } = await stage.profileWith(10);
    const mute = (code: string) => client().call('PUT', `/v1/email-server-profiles/${profileId}/muted-causes/${code}`);
    for (const code of ['Http401', 'Http599', 'ErrorServerBusy', 'ECONNREFUSED', 'UnexpectedAnswer', 'AuditDifference'])
      expect((await mute(code)).status).toBe(200);
    const refused = await mute('ErrorServerBuzy');
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid-request']);
    expect(refused.body.errors).toMatchObject([{ field: 'code', message: expect.stringContaining('incident') }]);
    await stage.stop(ids[0] ?? '', 'ErrorOfAServerToCome');
    expect((await mute('ErrorOfAServerToCome')).status).toBe(200);
    await stage.recover(ids[0] ?? '');
  });

  it('a new owner or contact of the profile is told of what is open', async () => {
    const { id, profileId } = await broken();
    const patch = (body: object) => client().patch(`/v1/email-server-profiles/${profileId}`, body);
    succeeded(await patch({ ownerEmail: 'nora@example.com', ownerName: 'Nora' }));
    await stage.pass(1_000);
    expect(await stage.told(id)).toEqual(['opened olga', 'opened nora']);
    await stage.pass(5 * hours, hours);
    succeeded(await patch({ escalationContact: contact }));
    await stage.pass(1_000);
    expect(await stage.told(id)).toEqual(['opened olga', 'opened nora', 'escalated carla']);
    expect((await patch({ escalationContact: { name: 'x', email: 'x' } })).status).toBe(400);
    expect((await patch({ escalateAfterMinutes: 0 })).status).toBe(400);
  });

  it('a key limited to profiles acts on what it sees, and on a shared server’s incident only with all of its profiles', async () => {
    const { id } = await broken();
    const ewsUrl = 'https://shared.example/EWS/Exchange.asmx';
    const [mine, other] = [await stage.profileWith(1, { ewsUrl }), await stage.profileWith(1, { ewsUrl })];
    await stage.serverAway('shared.example');
    const server = await stage.incident(mine.profileId);
    const keyOf = async (profileIds: string[], scope = 'write') =>
      stage.whole.client(await stage.whole.makeKey([scope], profileIds));
    const one = await keyOf([mine.profileId]);
    const both = await keyOf([mine.profileId, other.profileId]);
    expect((await one.post(`/v1/incidents/${id}/acknowledge`)).status).toBe(404);
    expect((await one.get(`/v1/incidents/${id}/comments`)).status).toBe(404);
    expect((await one.post(`/v1/incidents/${server.id}/reassign`, { assignee: paul })).body.code).toBe(
      'incident-shared',
    );
    expect((await one.post(`/v1/incidents/${server.id}/check`)).status).toBe(202);
    expect((await both.post(`/v1/incidents/${server.id}/reassign`, { assignee: paul })).body.assignee).toEqual(paul);
    expect((await one.get(`/v1/incidents/${server.id}`)).body).toMatchObject({ assignee: null, acts: [] });
    expect((await (await keyOf([mine.profileId], 'read')).post(`/v1/incidents/${server.id}/check`)).status).toBe(403);
    const muting = `/v1/email-server-profiles/${other.profileId}/muted-causes/X`;
    for (const method of ['GET', 'PUT', 'DELETE']) expect((await one.call(method, muting)).status).toBe(404);
    await stage.serverBack('shared.example');
  });
});

describe('escalation', () => {
  it('of a server goes to the contacts of each of its profiles, each address once', async () => {
    const ewsUrl = 'https://away.example/EWS/Exchange.asmx';
    const of = (name: string, after: number, contactEmail = contact.email) => ({
      ewsUrl,
      ownerEmail: `${name}@example.com`,
      escalationContact: { name: 'C', email: contactEmail },
      escalateAfterMinutes: after,
    });
    const { profileId } = await stage.profileWith(1, of('anna', 300));
    await stage.profileWith(1, of('ben', 120, 'CARLA@example.com'));
    await stage.profileWith(1, of('cleo', 240, 'dora@example.com'));
    await stage.serverAway('away.example');
    await stage.pass(0);
    await stage.notify();
    const { id } = await stage.incident(profileId);
    expect((await stage.told(id)).sort()).toEqual(['opened anna', 'opened ben', 'opened cleo']);
    await stage.pass(121 * minutes, minutes);
    expect((await stage.told(id)).slice(3).map((mail) => mail.toLowerCase())).toEqual(['escalated carla']);
    await stage.pass(121 * minutes, minutes);
    expect((await stage.told(id)).slice(4)).toEqual(['escalated dora']);
    // The end waits a little, so that it can tell what came back.
    await stage.serverBack('away.example');
    await stage.pass(59_000);
    expect(await stage.told(id)).toHaveLength(5);
    await stage.pass(2_000);
    const ends = (await stage.told(id)).slice(5).map((mail) => mail.toLowerCase());
    expect(ends.sort()).toEqual(['anna', 'ben', 'carla', 'cleo', 'dora'].map((name) => `recovered ${name}`));
  });
});

describe('delivery', () => {
  it('a recipient who is refused for good has failed at once, in the server’s words, and hears of no end', async () => {
    stage.smtp.refusal = () => ({ code: 550, words: 'no such person here' });
    const { id, ids } = await broken();
    const [notification] = (await read(id)).notifications;
    expect(notification).toMatchObject({ state: 'failed', attempts: 1, nextAttemptAt: null });
    expect(notification.lastError).toContain('550 no such person here');
    stage.smtp.refusal = () => null;
    await stage.recover(ids[0] ?? '');
    await stage.pass(hours);
    expect(await stage.told(id)).toEqual(['opened olga failed']);
  });

  it('a refusal that may pass waits and is tried again, and the trouble shows in health, metrics and one log line', async () => {
    stage.smtp.refusal = () => ({ code: 451, words: 'come back later' });
    const before = stage.logged().split('cannot be mailed').length;
    const since = new Date(stage.now().getTime() + 30_000).toISOString();
    const { id } = await broken();
    await stage.pass(hours, 5 * minutes);
    const [notification] = (await read(id)).notifications;
    expect(notification).toMatchObject({ state: 'pending', nextAttemptAt: expect.any(String) });
    expect(notification.attempts).toBeGreaterThan(3);
    expect(notification.lastError).toContain('451 come back later');
    const ready = await client().get('/health/ready');
    expect([ready.status, ready.body.ready]).toEqual([200, true]);
    expect(ready.body.warnings.notifications).toContain(`cannot be mailed, the oldest since ${since}`);
    expect(ready.body.warnings.notifications).not.toContain('later;');
    const { body: metrics } = await client().get('/metrics');
    expect(metrics).toMatch(/postroom_notifications_waiting [1-9]/);
    expect(metrics).toMatch(/postroom_notifications_oldest_seconds 3\d\d\d/);
    // One line of each worker, however often it is tried.
    expect(stage.logged().split('cannot be mailed').length - before).toBeLessThanOrEqual(2);
    stage.smtp.refusal = () => null;
    await stage.pass(hours, 10 * minutes);
    expect(await stage.told(id)).toEqual(['opened olga']);
    expect(await stage.whole.get(NotificationHealth).trouble()).toBeNull();
    expect((await client().get('/health/ready')).body.warnings).toEqual({});
  });

  it('is given up after five days', async () => {
    stage.smtp.refusal = () => ({ code: 451, words: 'come back later' });
    const { id } = await broken();
    await stage.pass(4.9 * 24 * hours, 2 * hours);
    expect(await stage.told(id)).toEqual(['opened olga pending']);
    await stage.pass(12 * hours, 2 * hours);
    expect((await stage.told(id))[0]).toBe('opened olga failed');
  });
});
