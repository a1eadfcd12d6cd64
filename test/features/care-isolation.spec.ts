import { AuditRun } from '../../src/features/mail/audit/audit-run.js';
import { AuditJobs } from '../../src/features/mail/audit/audit.jobs.js';
import { BackfillRun } from '../../src/features/mail/backfill/backfill-run.js';
import { BackfillJobs } from '../../src/features/mail/backfill/backfill.jobs.js';
import { MailboxRuns } from '../../src/features/mailboxes/mailbox-runs.js';
import { PacingStore } from '../../src/features/scheduling/pacing.store.js';
import { failure, responses } from '../drivers/ews/support/answers.js';
import { SpoilingProxy } from '../support/spoiling-proxy.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const minute = 60_000;
let stage: WholeStage;
let proxy: SpoilingProxy;
let profileId: string;
let mailbox: string;

beforeAll(async () => {
  stage = await WholeStage.open();
  proxy = await SpoilingProxy.start(stage.sandbox.ewsUrl);
  profileId = await stage.makeProfile({ ewsUrl: proxy.url });
});
afterAll(async () => {
  await proxy?.close();
  await stage?.close();
});
beforeEach(() => {
  proxy.spoil = () => undefined;
});
afterEach(async () => {
  succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/pause`));
});

/** Carries out whatever is due, care included. @returns the runs of care */
async function work(): Promise<number> {
  let care = 0;
  for (;;) {
    const claims = await stage.get(PacingStore).claimDue(stage.clock.now(), 100);
    if (claims.length === 0) return care;
    const runs = stage.get(MailboxRuns);
    const context = { signal: new AbortController().signal, enqueuedAt: stage.clock.now(), waitMs: 0 };
    for (const claim of claims) {
      if (claim.kind === 'incoming') await stage.receive(claim);
      if (claim.kind === 'audit') await new AuditJobs(runs, stage.get(AuditRun)).compare(claim, context);
      if (claim.kind === 'backfill') await new BackfillJobs(runs, stage.get(BackfillRun)).bring(claim, context);
      if (claim.kind === 'audit' || claim.kind === 'backfill') care += 1;
    }
  }
}
const subjects = async () => (await stage.messagesOf(mailbox)).map(({ subject }) => subject).sort();
const control = () => stage.sandbox.control;

it('an audit takes nothing for gone while the listing has rows that name no item', async () => {
  const address = 'unnamed@example.com';
  control().addMailbox({ address });
  await control().deliver(address, { subject: 'kept', count: 3, receivedAt: '2026-03-01T06:00:00Z' });
  mailbox = await stage.makeMailbox(address, { profileId });
  await work();
  proxy.spoil = async (call) => {
    if (call.operation !== 'FindItem') return undefined;
    const answer = await call.forward();
    return { ...answer, body: answer.body.replace(/<t:ItemId [^>]*\/>/, '') };
  };
  succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/audits`));
  await work();
  const [audit] = succeeded(await stage.client().get(`/v1/mailboxes/${mailbox}/audits`)).items;
  expect(audit).toMatchObject({ compared: 'items', surplus: 0, missing: 0 });
  await stage.poll();
  expect((await stage.messagesOf(mailbox)).map(({ folder }) => folder)).toEqual(['inbox', 'inbox', 'inbox']);
});

it('a backfill reads the other folders first where one is denied, stops no mailbox, and says so in the end', async () => {
  const address = 'denied@example.com';
  control().addMailbox({ address });
  const denied = control().addFolder(address, { name: 'Denied' });
  const open = control().addFolder(address, { name: 'Open' });
  const receivedAt = '2025-06-01T00:00:00Z';
  for (const [folder, subject] of [
    ['inbox', 'old in the inbox'],
    [denied, 'old and denied'],
    [open, 'old and open'],
  ] as const)
    await control().deliver(address, { subject, folder, receivedAt });
  mailbox = await stage.makeMailbox(address, {
    profileId,
    folders: [{ path: 'inbox' }, { path: 'Denied' }, { path: 'Open' }],
  });
  await work();
  proxy.spoil = ({ operation, body }) =>
    body.includes(`Id="${denied}"`)
      ? {
          status: 200,
          headers: { 'content-type': 'text/xml' },
          body: responses(operation, failure(operation, 'ErrorAccessDenied')),
        }
      : undefined;
  const path = `/v1/mailboxes/${mailbox}/backfill`;
  const { id } = succeeded(
    await stage.client().post(path, { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }),
  );
  const backfill = async () => succeeded(await stage.client().get(`${path}s/${id}`));
  for (let passes = 0; passes < 10 && (await backfill()).state === 'active'; passes += 1) {
    await work();
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null, lastError: null });
    stage.clock.advance(minute);
  }
  expect(await subjects()).toEqual(['old and open', 'old in the inbox']);
  expect(await backfill()).toMatchObject({ state: 'failed', stored: 2, lastFailure: { code: 'ErrorAccessDenied' } });
});
