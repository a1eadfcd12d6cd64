import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WholeStage } from './support/whole-stage.js';

describe('a refusal of credentials that have been replaced meanwhile', () => {
  let stage: WholeStage;
  let server: Server;

  beforeEach(async () => {
    stage = await WholeStage.open();
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    await stage.close();
    server.closeAllConnections();
    server.close();
  });

  it('does not suspend the profile, whose new ones nobody has tried yet', async () => {
    const ewsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`;
    const profileId = await stage.makeProfile({ ewsUrl });
    await stage.makeMailbox('a@example.com', { profileId });
    const [claim] = await stage.claim();
    if (!claim) throw new Error('nothing is due');
    const asked = once(server, 'request') as Promise<[unknown, ServerResponse]>;
    const run = stage.receive(claim);
    const [, answer] = await asked;

    // The call is under way with the old password, and the server takes its time to refuse it.
    const path = `/v1/email-server-profiles/${profileId}`;
    expect((await stage.client().patch(path, { auth: { password: 'new password' } })).status).toBe(200);
    answer.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    await run;

    expect((await stage.client().get(path)).body.pacing).toMatchObject({ suspendedCause: null, holdUntil: null });
    expect(await stage.client().all('/v1/incidents')).toEqual([]);
  });
});
