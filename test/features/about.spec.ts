import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WholeStage } from './support/whole-stage.js';

let stage: WholeStage;
beforeAll(async () => {
  stage = await WholeStage.open({ env: { SMTP_URL: 'smtps://u:secret-word@mail.example', POSTROOM_SANDBOX: 'false' } });
  await stage.makeProfile({ contentRetentionDays: 30 });
  await stage.makeProfile({ contentRetentionDays: 365 });
});
afterAll(() => stage?.close());

it('tells what runs, and nothing secret', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const answer = await stage.client().get('/v1/about');
  expect(answer.body).toEqual({
    version,
    revision: null,
    node: process.versions.node,
    roles: ['api'],
    queue: { kind: 'postgres' },
    database: { version: expect.stringMatching(/^\d+/), embedded: true },
    sandbox: false,
    publicUrl: 'https://postroom.example',
    retention: {
      eventsDays: 30,
      historyDays: 30,
      diagnosticsDays: 30,
      contentDays: { shortest: 30, longest: 365, unlimitedProfiles: 1 },
    },
    startedAt: stage.clock.now().toISOString(),
    time: stage.clock.now().toISOString(),
  });
});

it('keeps exact versions and other people’s profiles from whoever may not administer everything', async () => {
  const keys = [await stage.makeKey(['write'], [stage.profileId]), await stage.makeKey(['admin'], [stage.profileId])];
  for (const key of keys)
    expect((await stage.client(key).get('/v1/about')).body).toMatchObject({
      node: null,
      database: { version: null },
      retention: { contentDays: { shortest: null, longest: null, unlimitedProfiles: 1 } },
    });
});
