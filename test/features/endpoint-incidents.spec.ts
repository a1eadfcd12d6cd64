import { Module } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { NotificationPlanner } from '../../src/features/notifications/notification-planner.js';
import { IncidentsApiModule } from '../../src/features/incidents/incidents-api.module.js';
import { NotificationsModule } from '../../src/features/notifications/notifications.module.js';
import { Notifier } from '../../src/features/notifications/notifier.js';
import { ProfilesModule } from '../../src/features/profiles/profiles.module.js';
import type { ApiAnswer } from '../support/api.js';
import { makeProfile } from '../support/profiles.js';
import { startSmtpReceiver, type SmtpReceiver } from '../support/smtp-receiver.js';
import { status } from './support/webhook-receiver.js';
import { WebhookStage } from './support/webhook-stage.js';

const minutes = 60_000;
const days = 24 * 60 * minutes;
const owner = { name: 'Rita Receiver', email: 'rita@example.com' };

@Module({ imports: [NotificationsModule, ProfilesModule], providers: [Notifier] })
class NotifierModule {}

let smtp: SmtpReceiver;
let stage: WebhookStage;
beforeEach(async () => {
  smtp = await startSmtpReceiver();
  const settings = { smtpUrl: smtp.url, publicUrl: 'https://postroom.example' };
  stage = await WebhookStage.open({ modules: [IncidentsApiModule, NotifierModule], settings });
});
afterEach(async () => {
  stage.api.app.get(Notifier, { strict: false }).close();
  await stage.close();
  await smtp.close();
});

/** What notifiers of several processes send. */
async function notify(): Promise<void> {
  const planner = stage.api.app.get(NotificationPlanner, { strict: false });
  const notifier = stage.api.app.get(Notifier, { strict: false });
  await Promise.all([planner.planDue(), planner.planDue()]);
  await Promise.all([notifier.sendDue(), notifier.sendDue()]);
  await Promise.all([notifier.sendDue(), notifier.sendDue()]);
}

const incidents = (query = '', client = stage.client()) => client.all(`/v1/incidents?${query}`);
const patch = (id: string, body: object) => stage.client().patch(`/v1/webhook-endpoints/${id}`, body);
async function told(type: string): Promise<ApiAnswer['body'][]> {
  await stage.settled();
  return (await stage.client().get(`/v1/events?types=${type}`)).body.items;
}

/** An endpoint that answered 410. */
async function gone(given: Record<string, unknown> = {}): Promise<string> {
  const { id } = await stage.endpoint({ eventTypes: ['message.received'], ...given });
  stage.receiver.answer = status(410);
  await stage.emitMany(Array.from({ length: 5 }, () => ({ mailboxId: uuid() })));
  await stage.deliver();
  return id;
}

it('keeps the owner that people name, and shows it', async () => {
  const { id } = await stage.endpoint();
  expect((await stage.read(id)).owner).toBeNull();
  expect((await patch(id, { owner })).body.owner).toEqual(owner);
  expect((await patch(id, { description: 'x' })).body.owner).toEqual(owner);
  expect((await patch(id, { owner: null })).body.owner).toBeNull();
  expect((await stage.endpoint({ owner })).owner).toEqual(owner);
  for (const wrong of [
    { name: 'x' },
    { email: owner.email },
    { name: '', email: owner.email },
    { ...owner, email: 'x' },
  ])
    expect((await patch(id, { owner: wrong })).status).toBe(400);
});

it('410 opens one incident, and its owner gets exactly one mail; switched on again it closes, and the owner is told', async () => {
  const happened = stage.clock.now().toISOString();
  const id = await gone({ owner });
  const [incident, ...more] = await incidents();
  expect(more).toEqual([]);
  expect(incident).toMatchObject({
    profileId: null,
    endpointId: id,
    scope: 'endpoint',
    code: 'WebhookGone',
    open: true,
    count: 1,
    message: 'answered 410',
    stoppedMailboxes: 0,
    affectedMailboxes: 0,
  });
  expect(incident.remedy).toContain(`'https://postroom.example/v1/webhook-endpoints/${id}'`);
  expect(await told('incident.opened')).toMatchObject([
    { profileId: null, subjectId: incident.id, data: { cause: 'WebhookGone', scope: 'endpoint', endpointId: id } },
  ]);

  stage.clock.advance(10 * minutes);
  await notify();
  await notify();
  expect(smtp.mails.map(({ recipients }) => recipients)).toEqual([[owner.email]]);
  const [mail] = smtp.mails;
  expect(mail?.text).toContain(stage.receiver.url);
  expect(mail?.text).toContain(`-d '{"enabled":true}'`);
  expect(mail?.text).toContain(`{"from":"${happened}","to":"${happened}"}`);
  expect((await stage.client().get(`/v1/incidents/${incident.id}`)).body).toMatchObject({
    id: incident.id,
    mailboxes: [],
    notifications: [{ kind: 'opened', state: 'sent', profileId: null, endpointId: id }],
  });

  // Other changes close nothing.
  await patch(id, { description: 'looked at' });
  expect(await incidents('open=true')).toHaveLength(1);
  stage.receiver.answer = status(204);
  await patch(id, { enabled: true });
  expect(await incidents()).toMatchObject([
    { id: incident.id, open: false, closedAt: stage.clock.now().toISOString() },
  ]);
  expect(await told('incident.closed')).toMatchObject([
    { profileId: null, subjectId: incident.id, data: { cause: 'WebhookGone', endpointId: id } },
  ]);
  await notify();
  expect(smtp.mails.map(({ subject }) => subject.replace(/: [^:]*:\d+$/, ''))).toEqual([
    '[Postroom] A webhook endpoint says that it is gone',
    '[Postroom] Switched on again',
  ]);
  expect(smtp.mails[1]?.text).toContain('after 10 minutes');
  expect(await stage.client().all('/v1/notifications')).toMatchObject([
    { kind: 'recovered', incidentId: incident.id, profileId: null, endpointId: id, recipient: owner },
    { kind: 'opened' },
  ]);
  await stage.deliver();
  expect(await stage.read(id)).toMatchObject({ enabled: true, counts: { pending: 0 } });
});

it('fails again, and that is a new incident', async () => {
  const id = await gone({ owner });
  await notify();
  await patch(id, { enabled: true });
  await stage.deliver();
  expect(await incidents(`endpointId=${id}`)).toMatchObject([{ open: true }, { open: false }]);
  await notify();
  expect(smtp.mails).toHaveLength(3);
});

it('five days without a success open an incident whose commands bring back what was given up', async () => {
  const first = stage.clock.now().toISOString();
  const { id } = await stage.endpoint({ owner, eventTypes: ['message.received'] });
  stage.receiver.answer = status(500);
  const [mailbox, events] = [uuid(), [] as string[]];
  for (let day = 0; day < 5; day += 1) {
    events.push(await stage.emit(mailbox));
    await stage.deliver();
    expect(await incidents()).toEqual([]);
    for (let part = 0; part < 4; part += 1) {
      stage.clock.advance(days / 4);
      await stage.deliver();
    }
  }
  const off = await stage.read(id);
  expect(off).toMatchObject({ enabled: false, disabledReason: 'failing' });
  expect(off.counts.failed).toBeGreaterThan(0);
  expect(await incidents()).toMatchObject([
    { code: 'WebhookFailing', endpointId: id, message: 'answered 500', firstAt: off.disabledAt },
  ]);
  await notify();
  const { text = '' } = smtp.mails[0] ?? {};
  expect(text).toContain(`since ${first}`);
  expect(text).toContain(`nothing is lost until ${new Date(Date.parse(first) + 30 * days).toISOString()}`);

  // The owner does as the mail says.
  stage.receiver.answer = status(204);
  stage.receiver.received.length = 0;
  const commands = [
    ...text.replace(/\n/g, ' ').matchAll(/-X (POST|PATCH) '[^']*?(\/v1\/[^']+)'[^']*?-H '[^']*' -d '([^']+)'/g),
  ];
  expect(commands).toHaveLength(2);
  for (const [, method = '', path = '', body = ''] of commands)
    expect((await stage.client().call(method, path, JSON.parse(body))).status).toBeLessThan(300);
  await stage.deliver();
  expect([...stage.receiver.ids].sort()).toEqual([...events].sort());
});

it('an endpoint without an owner has its incident, and nobody is mailed', async () => {
  const id = await gone();
  expect(await incidents()).toMatchObject([{ endpointId: id, open: true }]);
  await notify();
  // Whoever was not told of the trouble is not told of its end either.
  await patch(id, { owner, enabled: true });
  expect(await incidents()).toMatchObject([{ endpointId: id, open: false }]);
  await notify();
  expect(smtp.mails).toEqual([]);
  expect(await stage.client().all('/v1/notifications')).toEqual([]);
});

it('removed before anybody was told, nobody is', async () => {
  const id = await gone({ owner });
  await stage.client().delete(`/v1/webhook-endpoints/${id}`);
  await notify();
  expect(smtp.mails).toEqual([]);
});

it('removed, its incident closes, and the owner is not told of a recovery', async () => {
  const id = await gone({ owner });
  await notify();
  await stage.client().delete(`/v1/webhook-endpoints/${id}`);
  expect(await incidents()).toMatchObject([{ endpointId: id, open: false }]);
  expect(await told('incident.closed')).toHaveLength(1);
  await notify();
  expect(smtp.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('is gone')]);
});

it('a person who switches it off opens no incident', async () => {
  const { id } = await stage.endpoint({ owner });
  await patch(id, { enabled: false });
  await patch(id, { enabled: true });
  expect(await incidents()).toEqual([]);
  expect(await told('incident.opened')).toEqual([]);
});

it('two workers at once open one incident, with one notification', async () => {
  const { id } = await stage.endpoint({ owner, eventTypes: ['message.received'] });
  const other = await stage.another();
  stage.receiver.answer = status(410);
  await stage.emitMany(Array.from({ length: 40 }, () => ({ mailboxId: uuid() })));
  await Promise.all([stage.loop().deliverDue(), stage.loop(other).deliverDue()]);
  await Promise.all([stage.loop().deliverDue(), stage.loop(other).deliverDue()]);
  expect(await incidents()).toMatchObject([{ endpointId: id, count: 1 }]);
  expect(await told('incident.opened')).toHaveLength(1);
  await notify();
  expect(await stage.client().all('/v1/notifications')).toHaveLength(1);
});

it('a limited key sees the incidents of those endpoints that tell of nothing beyond its profiles', async () => {
  const other = await makeProfile(stage.database.dataSource);
  const mine = await gone({ owner, profileIds: [stage.profileId] });
  const both = await gone({ owner, profileIds: [stage.profileId, other] });
  const all = await gone({ owner });
  await notify();
  const limited = stage.client(await stage.makeKey(['read'], [stage.profileId]));
  expect((await incidents()).map(({ endpointId }) => endpointId)).toEqual([all, both, mine]);
  const seen = await incidents('', limited);
  expect(seen.map(({ endpointId }) => endpointId)).toEqual([mine]);
  expect((await limited.all('/v1/notifications')).map(({ endpointId }) => endpointId)).toEqual([mine]);
  for (const { id, endpointId } of await incidents()) {
    expect((await limited.get(`/v1/incidents/${id}`)).status).toBe(endpointId === mine ? 200 : 404);
    expect(await limited.all(`/v1/notifications?incidentId=${id}`)).toHaveLength(endpointId === mine ? 1 : 0);
  }
  expect(await incidents(`profileId=${stage.profileId}`)).toEqual([]);
  expect(await incidents(`endpointId=${both}`)).toMatchObject([{ endpointId: both }]);
  expect(await incidents(`endpointId=${both}`, limited)).toEqual([]);
  expect(await limited.all('/v1/incidents?limit=1&open=true')).toHaveLength(1);

  // The feed tells each of the endpoint's profiles.
  const opened = (await told('incident.opened')).map(({ data, profileId }) => [data.endpointId, profileId]);
  const expected = [
    [mine, stage.profileId],
    [both, stage.profileId],
    [both, other],
    [all, null],
  ];
  expect(opened.sort()).toEqual(expected.sort());
});

it('takes exactly one subject for an incident', async () => {
  const { id } = await stage.endpoint();
  const insert = (profileId: string | null, endpointId: string | null) =>
    stage.database.dataSource.query(
      `INSERT INTO incidents (id, profile_id, endpoint_id, cause, scope, first_failure, last_failure, opened_at, last_seen_at)
       VALUES ($1, $2, $3, 'X', 'endpoint', '{}', '{}', now(), now())`,
      [uuid(), profileId, endpointId],
    );
  await expect(insert(null, null)).rejects.toThrow('incident_has_one_subject');
  await expect(insert(stage.profileId, id)).rejects.toThrow('incident_has_one_subject');
  await insert(null, id);
  await expect(insert(null, id)).rejects.toThrow('incidents_open_of_endpoint');
});
