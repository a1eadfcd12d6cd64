import { eventually } from '../support/eventually.js';
import { serviceAccount, WholeStage } from './support/whole-stage.js';

describe('a refusal of credentials that have been replaced meanwhile', () => {
  let stage: WholeStage;

  beforeEach(async () => {
    stage = await WholeStage.open({ addresses: ['a@example.com'] });
  });
  afterEach(() => stage.close());

  it('does not suspend the profile, whose new ones nobody has tried yet', async () => {
    await stage.makeMailbox('a@example.com');
    const [claim] = await stage.claim();
    if (!claim) throw new Error('nothing is due');
    stage.sandbox.control.setPassword(serviceAccount, 'new password');
    stage.sandbox.control.slowDown(1_000);
    const run = stage.receive(claim);
    // The password was read before the connection was opened.
    await eventually(() => expect(stage.sandbox.control.counts().calls.openConnections).toBeGreaterThan(0));
    const path = `/v1/email-server-profiles/${stage.profileId}`;
    expect((await stage.client().patch(path, { auth: { password: 'new password' } })).status).toBe(200);
    await run;
    stage.sandbox.control.slowDown(0);

    expect((await stage.client().get(path)).body.pacing).toMatchObject({ suspendedCause: null, holdUntil: null });
    expect(await stage.client().all('/v1/incidents')).toEqual([]);
    stage.clock.advance(20_000);
    expect(await stage.round()).toBe(1);
    expect((await stage.client().all('/v1/mailboxes'))[0].lastSyncAt).not.toBeNull();
  });
});
