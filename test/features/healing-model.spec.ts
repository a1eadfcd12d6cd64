import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import type { StoredFailure } from '../../src/features/failures/failure.js';
import { MailboxTransitions, type MailboxReport } from '../../src/features/mailboxes/mailbox-transitions.js';
import { lanes } from '../../src/features/scheduling/work.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

/**
 * Histories that no run would ever produce by itself, through the real state machine, stores and constraints:
 * whatever happens in whichever order, no mailbox is left without a way back, and nobody is told nothing or twice.
 */
let stage: WholeStage;

beforeAll(async () => {
  stage = await WholeStage.open({ poolSize: 10 });
});
afterAll(() => stage.close());

const mailboxesOfProfile = 4;
const codes = ['ErrorImpersonateUserDenied', 'ErrorNonExistentMailbox', 'ErrorMailboxStoreUnavailable'];

type Step = { readonly mailbox: number; readonly report: MailboxReport };

const failure = (code: string, during: 'incoming' | 'outgoing'): StoredFailure => ({
  code,
  category: 'impersonation-permission',
  operation: 'FindItem',
  during,
  message: 'denied',
  values: {},
  at: '2026-01-01T00:00:00.000Z',
  requestId: null,
  clientRequestId: null,
  httpStatus: 500,
  frontEndServer: null,
  backEndServer: null,
  serverVersion: null,
});

const kind = fc.constantFrom('incoming' as const, 'outgoing' as const);
const report: fc.Arbitrary<MailboxReport> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ kind, code: fc.constantFrom(...codes), confirmed: fc.boolean() })
      .map(({ kind, code, confirmed }) => ({
        type: 'work-denied' as const,
        kind,
        failure: failure(code, kind),
        confirmed,
      })),
  },
  {
    weight: 5,
    arbitrary: kind.map((kind) => ({
      type: 'work-succeeded' as const,
      kind,
      nextInMs: 60_000,
      lane: lanes.routine,
    })),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind, code: fc.constantFrom(...codes) }).map(({ kind, code }) => ({
      type: 'work-delayed' as const,
      kind,
      failure: failure(code, kind),
      attempts: 2,
      atLeastMs: 0,
    })),
  },
  fc.constantFrom<MailboxReport>({ type: 'paused' }, { type: 'resumed' }, { type: 'sync-requested' }),
  fc
    .record({ incoming: fc.boolean(), outgoing: fc.boolean() })
    .map((directions) => ({ type: 'directions-changed' as const, ...directions })),
);
const step: fc.Arbitrary<Step> = fc.record({ mailbox: fc.nat(mailboxesOfProfile - 1), report });

async function newProfile(): Promise<{ profileId: string; ids: string[] }> {
  const profileId = await stage.makeProfile();
  const mailboxes = Array.from({ length: mailboxesOfProfile }, () => ({
    profileId,
    emailAddress: `${uuid()}@example.com`,
  }));
  const { results } = succeeded(await stage.client().post('/v1/mailboxes/batch', { mailboxes }));
  return { profileId, ids: results.map((row: { id: string }) => row.id) };
}

const apply = (id: string, happened: MailboxReport) =>
  stage.dataSource.transaction((manager) => stage.get(MailboxTransitions).apply(manager, id, happened, null));

interface MailboxRow {
  readonly id: string;
  readonly state: string;
  readonly code: string | null;
  readonly during: string | null;
  readonly incoming: boolean;
  readonly due: string[];
  readonly incidents: string[];
}

const mailboxRows = (profileId: string): Promise<MailboxRow[]> =>
  stage.dataSource.query(
    `SELECT m.id, m.state, m.incoming, m.failure->>'code' AS code, m.failure->>'during' AS during,
       ARRAY(SELECT w.kind FROM mailbox_work w WHERE w.mailbox_id = m.id AND w.due_at IS NOT NULL ORDER BY w.kind) AS due,
       ARRAY(SELECT i.cause FROM incident_mailboxes im JOIN incidents i ON i.id = im.incident_id
             WHERE im.mailbox_id = m.id AND im.recovered_at IS NULL AND i.closed_at IS NULL) AS incidents
     FROM mailboxes m WHERE m.profile_id = $1`,
    [profileId],
  );

interface IncidentRow {
  readonly open: boolean;
  readonly stopped: number;
  readonly members: number;
  readonly ever: number;
  readonly affected: number;
  readonly opened: number;
  readonly recovered: number;
}

const incidentRows = (profileId: string): Promise<IncidentRow[]> =>
  stage.dataSource.query(
    `SELECT i.closed_at IS NULL AS open, i.stopped, i.affected,
       (SELECT count(*)::int FROM incident_mailboxes im WHERE im.incident_id = i.id AND im.recovered_at IS NULL) AS members,
       (SELECT count(*)::int FROM incident_mailboxes im WHERE im.incident_id = i.id) AS ever,
       (SELECT count(*)::int FROM notifications n WHERE n.incident_id = i.id AND n.kind = 'opened') AS opened,
       (SELECT count(*)::int FROM notifications n WHERE n.incident_id = i.id AND n.kind = 'recovered') AS recovered
     FROM incidents i WHERE i.profile_id = $1`,
    [profileId],
  );

async function allIsInStep(profileId: string): Promise<void> {
  for (const mailbox of await mailboxRows(profileId)) {
    expect(mailbox.incidents).toEqual(mailbox.state === 'failed' ? [mailbox.code] : []);
    if (mailbox.state === 'paused') expect(mailbox.due).toEqual([]);
    if (mailbox.state === 'failed' || mailbox.state === 'verifying') expect(mailbox.due).toContain(mailbox.during);
    if (mailbox.state === 'active' && mailbox.incoming) expect(mailbox.due).toContain('incoming');
  }
  for (const incident of await incidentRows(profileId)) {
    expect([incident.stopped, incident.affected]).toEqual([incident.members, incident.ever]);
    expect(incident.open).toBe(incident.members > 0);
  }
}

/** One mail when it opens, one when it is over; one for both when it was over before anything was told. */
async function eachIsToldOnce(profileId: string): Promise<void> {
  stage.clock.advance(10 * 60_000);
  await stage.plan();
  for (const { open, opened, recovered } of await incidentRows(profileId))
    expect(open ? ['1 0'] : ['1 1', '0 1']).toContain(`${opened} ${recovered}`);
}

/** Each mailbox's announcements, in order, without two alike in a row. */
async function announcedInTurn(profileId: string): Promise<void> {
  const rows = await stage.dataSource.query<{ mailbox: string; types: string[] }[]>(
    `SELECT mailbox_id AS mailbox, array_agg(type ORDER BY txid, seq) AS types FROM events
     WHERE profile_id = $1 AND mailbox_id IS NOT NULL GROUP BY mailbox_id`,
    [profileId],
  );
  for (const { types } of rows)
    for (const [index, type] of types.entries()) if (index > 0) expect(type).not.toBe(types[index - 1]);
}

it('whatever happens, every mailbox has a way back, and each incident is told once when it opens and once when it is over', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { profileId, ids } = await newProfile();
      for (const { mailbox, report } of steps) {
        await apply(ids[mailbox] ?? '', report);
        await allIsInStep(profileId);
      }
      await announcedInTurn(profileId);
      await eachIsToldOnce(profileId);

      // From wherever they are: a person lets go, the server lets in, and all is over.
      for (const id of ids) await apply(id, { type: 'resumed' });
      for (const { id, during } of await mailboxRows(profileId))
        if (during !== null)
          await apply(id, {
            type: 'work-succeeded',
            kind: during as 'incoming' | 'outgoing',
            nextInMs: 60_000,
            lane: lanes.routine,
          });
      await allIsInStep(profileId);
      expect((await mailboxRows(profileId)).map(({ state }) => state)).toEqual(ids.map(() => 'active'));
      expect((await incidentRows(profileId)).filter(({ open }) => open)).toEqual([]);
      await eachIsToldOnce(profileId);
    }),
    { numRuns: 40 },
  );
});
