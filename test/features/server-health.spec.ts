import { serversOf, type ProfileFacts } from '../../src/features/insight/overview/server-health.js';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 8, minute));
const profile = (id: string, host: string, more: Partial<ProfileFacts> = {}): ProfileFacts => ({
  id,
  name: `Profile ${id}`,
  host,
  awaySince: null,
  awayIncidentId: null,
  isSuspended: false,
  suspendedSince: null,
  suspendedIncidentId: null,
  throttledSince: null,
  ...more,
});
const refused = (minute: number) => ({
  isSuspended: true,
  suspendedSince: at(minute),
  suspendedIncidentId: `i${minute}`,
});

it('a server is as its worst profile, since when that began', () => {
  const servers = serversOf([
    profile('1', 'a.example', { throttledSince: at(1) }),
    profile('2', 'a.example', refused(5)),
    profile('3', 'a.example', refused(3)),
    profile('4', 'a.example'),
  ]);
  expect(servers).toEqual([
    {
      host: 'a.example',
      state: 'refused',
      since: at(3),
      incidentId: 'i3',
      profiles: ['1', '2', '3', '4'].map((id) => ({ id, name: `Profile ${id}` })),
    },
  ]);
});

it('what is away comes first, and away says more than what its profiles were before', () => {
  const away = { awaySince: at(7), awayIncidentId: 'away' };
  const servers = serversOf([
    profile('1', 'b.example'),
    profile('2', 'a.example'),
    profile('3', 'c.example', { throttledSince: at(1) }),
    profile('4', 'd.example', { ...refused(1), ...away }),
    profile('5', 'e.example', { isSuspended: true }),
  ]);
  expect(servers.map(({ host, state, since, incidentId }) => [host, state, since, incidentId])).toEqual([
    ['d.example', 'away', at(7), 'away'],
    ['e.example', 'refused', null, null],
    ['c.example', 'throttled', at(1), null],
    ['a.example', 'ok', null, null],
    ['b.example', 'ok', null, null],
  ]);
});
