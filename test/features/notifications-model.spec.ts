import fc from 'fast-check';
import { hours, minutes, NotifyingStage } from './support/notifying-stage.js';
import { succeeded } from './support/whole-stage.js';

const code = 'ErrorImpersonateUserDenied';
const people = ['olga@example.com', 'paul@example.com', 'quinn@example.com'] as const;

let stage: NotifyingStage;
beforeAll(async () => {
  stage = await NotifyingStage.open();
});
afterAll(() => stage?.close());

type Step =
  | { readonly do: 'stop' | 'recover'; readonly mailbox: number }
  | { readonly do: 'recover-all' | 'acknowledge' | 'mute' | 'unmute' | 'notify' }
  | { readonly do: 'snooze' | 'wait'; readonly minutes: number }
  | { readonly do: 'reassign'; readonly person: number }
  | { readonly do: 'mail-server'; readonly refuses: boolean };

const time = fc.constantFrom(0.1, 0.6, 5, 61, 300, 1441);
const mailbox = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('stop' as const), mailbox }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('recover' as const), mailbox }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('recover-all' as const, 'notify' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('acknowledge' as const, 'mute' as const, 'unmute' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snooze' as const), minutes: time }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: time }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reassign' as const), person: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mail-server' as const), refuses: fc.boolean() }) },
);

interface Mail {
  readonly incident: string;
  readonly kind: string;
  readonly number: number;
  readonly to: string;
  readonly state: string;
}

/** Carries out the steps on a profile of its own, and checks after each what must always hold. */
async function play(steps: readonly Step[]): Promise<void> {
  stage.smtp.refusal = () => null;
  const contact = { name: 'Quinn', email: people[2] };
  const { profileId, ids } = await stage.profileWith(20, { escalationContact: contact, escalateAfterMinutes: 120 });
  const path = `/v1/email-server-profiles/${profileId}/muted-causes/${code}`;
  const client = stage.whole.client();
  let isMuted = false;
  const received = () => stage.mailOf(profileId).length;

  const carryOut = async (one: Step) => {
    const incident = await stage.incident(profileId);
    const act = async (name: string, body?: object) => {
      if (incident?.open) succeeded(await stage.act(incident.id, name, body));
    };
    switch (one.do) {
      case 'stop':
        return stage.stop(ids[one.mailbox] ?? '', code);
      case 'recover':
        return stage.recover(ids[one.mailbox] ?? '');
      case 'recover-all':
        for (const id of ids.slice(0, 4)) await stage.recover(id);
        return;
      case 'acknowledge':
        return act('acknowledge');
      case 'snooze':
        return act('snooze', { until: stage.whole.clock.in(one.minutes * minutes).toISOString() });
      case 'reassign':
        return act('reassign', { assignee: one.person === 0 ? null : { name: 'P', email: people[one.person] } });
      case 'mute':
      case 'unmute':
        isMuted = one.do === 'mute';
        succeeded(await client.call(isMuted ? 'PUT' : 'DELETE', path));
        return;
      case 'mail-server':
        stage.smtp.refusal = () => (one.refuses ? { code: 451, words: 'later' } : null);
        return;
      case 'wait':
        stage.whole.clock.advance(one.minutes * minutes);
        return stage.notify();
      case 'notify':
        return stage.notify();
    }
  };

  const unheard = new Set<string>();
  const saidOf = async (incident: string) =>
    (await mails(profileId)).filter(
      (mail) => mail.incident === incident && mail.kind !== 'recovered' && mail.state === 'sent',
    ).length;
  for (const one of steps) {
    const before = await stage.incident(profileId);
    const [mailBefore, saidBefore] = [received(), before ? await saidOf(before.id) : 0];
    await carryOut(one);
    if (isMuted) expect(received()).toBe(mailBefore);
    const after = before ? succeeded(await client.get(`/v1/incidents/${before.id}`)) : null;
    const isSnoozed = before?.snoozed && after.open && Date.parse(before.snoozed.until) > stage.now().getTime();
    if (isSnoozed) expect(await saidOf(before.id)).toBe(saidBefore);
    if (isMuted)
      for (const { id } of await client.all(`/v1/incidents?profileId=${profileId}&open=false`))
        if (
          !(await mails(profileId)).some(
            (mail) => mail.incident === id && mail.kind === 'recovered' && mail.state === 'sent',
          )
        )
          unheard.add(id);
  }

  // Everything ends well: the mail server works, and all are back.
  stage.smtp.refusal = () => null;
  if (isMuted) succeeded(await client.call('DELETE', path));
  for (const id of ids.slice(0, 4)) await stage.recover(id);
  await stage.pass(hours, 10 * minutes);
  const rows = await mails(profileId);
  const incidents = await stage.whole.client().all(`/v1/incidents?profileId=${profileId}`);
  const sent = rows.filter(({ state }) => state === 'sent');
  const keys = rows.map((mail) => [mail.incident, mail.kind, mail.number, mail.to].join());
  expect(new Set(keys).size).toBe(keys.length);
  // What the API says was sent is what came in: nothing twice, nothing lost.
  expect(received()).toBe(sent.length);
  expect(rows.filter(({ state }) => state === 'pending' || state === 'failed')).toEqual([]);
  for (const { id, assignee } of incidents) {
    const of = sent.filter(({ incident }) => incident === id);
    const toldBy = (kind: string) => of.filter((mail) => mail.kind === kind).map(({ to }) => to);
    const responsible = assignee?.email ?? people[0];
    // Whoever answered for it at the end and was told that it began is told that it is over.
    if (!unheard.has(id) && toldBy('opened').includes(responsible)) expect(toldBy('recovered')).toContain(responsible);
    // Nobody hears of the end of what another person was told.
    for (const to of toldBy('recovered')) expect([responsible, contact.email]).toContain(to);
    for (const kind of ['opened', 'escalated', 'recovered'])
      expect(new Set(toldBy(kind)).size).toBe(toldBy(kind).length);
  }
}

async function mails(profileId: string): Promise<Mail[]> {
  return stage.whole.dataSource.query(
    `SELECT incident_id AS incident, kind, number, recipient_email AS "to", state FROM notifications WHERE profile_id = $1`,
    [profileId],
  );
}

it('nobody hears anything twice, a story that began has its end, and silence is kept where it was asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) => play(steps)),
    { numRuns: Number(process.env.POSTROOM_MODEL_RUNS ?? 40) },
  );
});
