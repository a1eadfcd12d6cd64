import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  endpointNotificationText,
  type EndpointNotificationFacts,
} from '../../src/features/notifications/endpoint-notification-text.js';
import type { EndpointFailure } from '../../src/features/incidents/endpoint-failure.js';

const facts = (
  more: Partial<EndpointNotificationFacts>,
  failure: Partial<EndpointFailure>,
  closedAt: Date | null = null,
): EndpointNotificationFacts => ({
  kind: 'opened',
  ownerName: 'Rita Receiver',
  endpointId: '01900000-0000-7000-8000-000000000002',
  eventsKeptMs: 30 * 24 * 60 * 60_000,
  publicUrl: 'https://postroom.example.com',
  ...more,
  incident: {
    id: '01900000-0000-7000-8000-000000000001',
    failure: {
      code: 'WebhookFailing',
      url: 'https://app.example.com/hooks/mail',
      message: 'answered 500',
      failingSince: '2026-02-24T08:00:00.000Z',
      waitingSince: '2026-02-24T07:58:12.345Z',
      at: '2026-03-01T08:00:00.000Z',
      ...failure,
    },
    openedAt: new Date('2026-03-01T08:00:00Z'),
    closedAt,
  },
});
const gone = { code: 'WebhookGone', message: 'answered 410', failingSince: '2026-03-01T08:00:00.000Z' } as const;

/** Run with UPDATE_GOLDEN=1 after a change of words, and read the difference as an owner would. */
it.each<[string, EndpointNotificationFacts]>([
  ['endpoint-gone', facts({}, gone)],
  ['endpoint-failing', facts({}, {})],
  ['endpoint-still-off', facts({ kind: 'digest' }, {})],
  ['endpoint-on-again', facts({ kind: 'recovered' }, {}, new Date('2026-03-01T09:31:00Z'))],
])('says %s in these words', (name, of) => {
  const { subject, text } = endpointNotificationText(of);
  const path = join(import.meta.dirname, 'golden/notifications', `${name}.txt`);
  const said = `Subject: ${subject}\n\n${text}\n`;
  if (process.env.UPDATE_GOLDEN || !existsSync(path)) {
    // In CI a missing file is a mistake; here it is the first run.
    if (process.env.CI) throw new Error(`${name}.txt is missing`);
    writeFileSync(path, said);
  }
  expect(said).toBe(readFileSync(path, 'utf8'));
  expect(subject).not.toMatch(/[\r\n]/);
  expect(said).not.toMatch(/undefined|null|\[object/);
});
