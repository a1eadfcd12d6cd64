import fc from 'fast-check';
import type { Schema } from '../../src/console/api/schemas.js';
import { isoOf, localOf } from '../../src/console/pages/profiles/local-time.js';
import {
  hostOf,
  incidentBehind,
  incidentsOf,
  mailboxesOf,
  standingOf,
} from '../../src/console/pages/profiles/profile-standing.js';
import {
  namesOtherServer,
  settingsField,
  settingsOf,
  settingsPatch,
} from '../../src/console/pages/profiles/tabs/settings-values.js';
import {
  analysisBody,
  emptyValues,
  missingIn,
  newProfileBody,
  stepWith,
  troublesOf,
  wizardSteps,
} from '../../src/console/pages/profiles/wizard/new-profile-values.js';
import { testedWith, testStanding } from '../../src/console/pages/profiles/wizard/test-standing.js';

type Profile = Schema<'EmailServerProfile'>;
type Incident = Schema<'IncidentSummary'>;

const now = Date.parse('2026-03-01T08:00:00Z');
const profile: Profile = {
  id: 'p1',
  name: 'Head office',
  ownerName: 'Olga',
  ownerEmail: 'olga@example.com',
  serverType: 'exchange',
  ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
  addressSetBy: 'administrator',
  auth: { type: 'basic', username: 'svc', passwordSet: true },
  access: 'impersonation',
  connectingSidType: 'SmtpAddress',
  processEmailsFrom: '2026-01-31T08:00:12.345Z',
  minPollingIntervalSeconds: 60,
  maxConcurrentConnections: 10,
  maxSendsPerMinute: 30,
  notifyOwner: true,
  escalationContact: null,
  escalateAfterMinutes: 240,
  trackingToken: { enabled: false, prefix: 'PR:', digits: 8 },
  smartMatching: { enabled: false, windowDays: 14 },
  blockedAttachmentExtensions: ['exe'],
  maxAttachmentBytes: 1_500_000,
  maxMessageBytes: null,
  contentRetentionDays: null,
  pacing: { concurrency: 4, holdUntil: null, suspendedCause: null },
  version: 3,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
};
const server = (state: 'ok' | 'away' | 'refused') => ({
  host: 'mail.example.com',
  state,
  profiles: [{ id: 'p1', name: 'Head office', mailboxes: 12 }],
  mailboxes: 12,
  since: null,
  incidentId: null,
});
const paced = (pacing: Partial<Profile['pacing']>): Profile => ({
  ...profile,
  pacing: { ...profile.pacing, ...pacing },
});

describe('how a profile stands', () => {
  it.each([
    ['ok', profile, 'ok'],
    ['ok', paced({ holdUntil: '2026-03-01T07:59:59Z' }), 'ok'],
    ['quiet', paced({ holdUntil: '2026-03-01T08:01:00Z' }), 'ok'],
    // Another profile on the same server is refused.
    ['ok', profile, 'refused'],
    ['suspended', paced({ suspendedCause: 'Http401', holdUntil: '2026-03-01T08:01:00Z' }), 'refused'],
    ['away', paced({ suspendedCause: 'Http401' }), 'away'],
  ] as const)('%s', (state, one, serverState) => {
    expect(standingOf(one, [server(serverState)], now).state).toBe(state);
  });

  it('is in words, also where the overview does not know the profile yet', () => {
    expect(standingOf(profile, [], now)).toMatchObject({ state: 'ok', label: 'ok' });
    expect(mailboxesOf('p1', [server('ok')])).toBe(12);
    expect(mailboxesOf('p2', [server('ok')])).toBeUndefined();
  });

  it('names the incidents of the profile and of its server', () => {
    const of = (id: string, profileId: string | null, serverHost: string | null) =>
      ({ id, profileId, serverHost }) as Incident;
    const incidents = [
      of('own', 'p1', null),
      of('other', 'p2', null),
      of('server', null, 'mail.example.com:443'),
      of('other server', null, 'mail2.example.com'),
    ];
    expect(incidentsOf(profile, incidents).map(({ id }) => id)).toEqual(['own', 'server']);
    expect(hostOf('http://10.0.0.7:8025/EWS')).toBe('10.0.0.7:8025');
    expect(hostOf('nonsense')).toBe('nonsense');
  });
});

it('points at the incident that is behind it, and not at that of a mailbox', () => {
  const incidents = [
    { id: 'mailbox', scope: 'mailbox', code: 'ErrorX', serverHost: null },
    { id: 'account', scope: 'profile', code: 'Http401', serverHost: null },
    { id: 'server', scope: 'server', code: 'ECONNREFUSED', serverHost: 'mail.example.com' },
  ] as unknown as Incident[];
  const refused = paced({ suspendedCause: 'Http401' });
  const behind = (one: Profile, state: 'ok' | 'away' | 'refused', known = incidents) =>
    incidentBehind(standingOf(one, [server(state)], now), one, known)?.id ?? null;
  expect(behind(refused, 'refused')).toBe('account');
  expect(behind(paced({ suspendedCause: 'Http456' }), 'refused')).toBe('account');
  expect(behind(refused, 'away')).toBe('server');
  expect(behind(refused, 'refused', incidents.slice(0, 1))).toBeNull();
});

describe('a change of settings', () => {
  it('sends nothing that was not touched', () => {
    expect(settingsPatch(profile, settingsOf(profile))).toEqual({});
  });

  it('sends what was, in the units of the API', () => {
    const values = {
      ...settingsOf(profile),
      name: 'Branch',
      maxConcurrentConnections: '3',
      smartEnabled: true,
      maxAttachmentMb: '',
      maxMessageMb: 25,
      contentRetentionDays: 90,
      password: 'is of no use here',
    };
    expect(settingsPatch(profile, values)).toEqual({
      name: 'Branch',
      maxConcurrentConnections: 3,
      smartMatching: { enabled: true, windowDays: 14 },
      maxAttachmentBytes: null,
      maxMessageBytes: 26_214_400,
      contentRetentionDays: 90,
    });
  });

  it('takes the password along to another server, and only there', () => {
    const ewsUrl = 'https://other.example.com/EWS/Exchange.asmx';
    expect(namesOtherServer(profile.ewsUrl, ewsUrl)).toBe(true);
    expect(namesOtherServer(profile.ewsUrl, 'https://mail.example.com/other')).toBe(false);
    expect(namesOtherServer(profile.ewsUrl, 'nonsense')).toBe(false);
    expect(settingsPatch(profile, { ...settingsOf(profile), ewsUrl, password: 'p' })).toEqual({
      ewsUrl,
      auth: { password: 'p' },
    });
    expect(settingsField('auth.password')).toBe('password');
    expect(settingsField('blockedAttachmentExtensions.2')).toBe('blockedAttachmentExtensions');
    expect(settingsField('name')).toBe('name');
  });

  it('keeps a local time to the minute', () => {
    fc.assert(
      fc.property(
        // Whole minutes; the hour that comes twice in autumn is another matter.
        fc.date({ min: new Date('1971-01-01T00:00:00Z'), max: new Date('2199-01-01T00:00:00Z'), noInvalidDate: true }),
        (date) => {
          const minute = new Date(Math.floor(date.getTime() / 60_000) * 60_000);
          expect(localOf(isoOf(localOf(minute.toISOString())))).toBe(localOf(minute.toISOString()));
        },
      ),
    );
    expect(isoOf('soon')).toBe('soon');
  });
});

describe('the wizard', () => {
  const values = {
    ...emptyValues({ name: 'Ada', email: 'ada@example.com' }),
    ewsUrl: ' https://mail.example.com/EWS/Exchange.asmx ',
    username: 'EXAMPLE\\svc ',
    password: ' with spaces ',
    name: 'Head office',
  };

  it('asks for what is missing, step by step, and for nothing twice', () => {
    const empty = emptyValues({ name: '', email: '' });
    const missing = wizardSteps.map((_, step) => Object.keys(missingIn(step, empty)));
    expect(missing).toEqual([['ewsUrl'], ['username', 'password'], [], ['name', 'ownerName', 'ownerEmail'], []]);
    for (const [step, fields] of missing.entries()) if (fields.length > 0) expect(stepWith(fields)).toBe(step);
    expect(stepWith(['nothing of the wizard'])).toBeNull();
    expect(missingIn(0, { ...empty, findsAddress: true })).toEqual({});
    expect(Object.keys(missingIn(3, { ...values, escalates: true }))).toEqual(['escalationName', 'escalationEmail']);
  });

  it('tests what it would save', () => {
    const body = newProfileBody(values);
    const tested = analysisBody({ ...values, testAddress: 'anna@example.com ' });
    expect(tested).toEqual({
      ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
      username: 'EXAMPLE\\svc',
      password: ' with spaces ',
      access: 'impersonation',
      connectingSidType: 'SmtpAddress',
      emailAddress: 'anna@example.com',
    });
    expect(body).toMatchObject({
      ewsUrl: tested.ewsUrl,
      auth: { username: tested.username, password: ' with spaces ' },
    });
    expect(body).not.toHaveProperty('processEmailsFrom');
    expect(analysisBody({ ...values, ewsUrl: '', findsAddress: true, trustedHosts: ['x.test'] })).toMatchObject({
      trustedHosts: ['x.test'],
      keep: true,
    });
  });

  it('knows which test still counts', () => {
    const withMailbox = { ...values, testAddress: 'anna@example.com' };
    const passed = testedWith(withMailbox, { ok: true });
    expect(testStanding(null, values)).toMatchObject({ passed: false, title: 'Not tested' });
    expect(testStanding(passed, withMailbox)).toMatchObject({ passed: true, means: null });
    expect(testStanding(passed, { ...withMailbox, name: 'Other' })).toMatchObject({ passed: true });
    expect(testStanding(passed, { ...withMailbox, password: 'other' })).toMatchObject({ passed: false });
    expect(testStanding(passed, { ...withMailbox, access: 'delegation' })).toMatchObject({ passed: false });
    expect(testStanding(testedWith(values, { ok: true }), values).means).toContain('No mailbox was opened');
    expect(testStanding(testedWith(values, { ok: false }), values)).toMatchObject({ passed: false });
  });

  it('puts what the API says at its own fields', () => {
    const errors = [
      { field: 'auth.username', message: 'must not contain a colon' },
      { field: 'escalationContact.email', message: 'must be an e-mail address' },
      { field: 'trustedHosts.0', message: 'must be the name of a host' },
      { field: 'emailAddress', message: 'must be an e-mail address' },
    ];
    const troubles = troublesOf({ errors } as Parameters<typeof troublesOf>[0]);
    expect(Object.keys(troubles)).toEqual(['username', 'escalationEmail', 'trustedHosts', 'testAddress']);
    expect(troubles.username).toBe('Must not contain a colon');
    expect(stepWith(Object.keys(troubles))).toBe(0);
  });
});
