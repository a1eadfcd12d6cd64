import type { Socket } from 'node:net';
import { startRawServer, type RawServer } from '../drivers/ews/support/raw-server.js';
import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, Road } from '../support/road.js';

const pollMs = 5_000;
/** Of each server; six such servers had taken all job slots of the process. */
const mailboxesEach = 15;
/** Polls of the healthy mailbox that are watched while the other servers hold on to their calls. */
const polls = 4;

/** Accepts calls and says nothing. */
const silent = () => startRawServer(() => undefined);

/** Begins an answer, and brings one byte of it each second. */
function dripping(): Promise<RawServer> {
  return startRawServer(({ socket }: { socket: Socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n<?xml version="1.0"?>');
    const timer = setInterval(() => socket.write(' '), 1_000);
    socket.on('close', () => clearInterval(timer));
  });
}

describeOnPostgres('servers that hold on to their calls', (queue) => {
  let road: Road;
  let servers: RawServer[];

  beforeAll(async () => {
    servers = await Promise.all([silent(), silent(), silent(), dripping(), dripping(), dripping()]);
    road = await Road.open(queue, { mailboxes: 1, profile: { minPollingIntervalSeconds: pollMs / 1_000 } });
    await road.synced();
    for (const [index, { url }] of servers.entries()) {
      const profileId = await road.addProfile({ name: `Branch ${index + 1}`, ewsUrl: url });
      const addresses = Array.from({ length: mailboxesEach }, (_, n) => `b${index + 1}-${n + 1}@postroom.example`);
      await road.addMailboxes(profileId, addresses);
    }
  });
  afterAll(async () => {
    // First: a process that stops gives its calls under way time to end.
    await Promise.all((servers ?? []).map((server) => server.close()));
    await road?.close();
  });

  it('slow down no mailbox of another server', async () => {
    await eventually(() => expect(servers.every(({ seen }) => seen.length >= 2)).toBe(true));
    const since = road.clock.now().getTime();
    const polledAt = () =>
      road.exchange
        .lastCalls(1_000)
        .filter(({ address, operation }) => address === addressOf(1) && operation === 'SyncFolderItems')
        .map(({ at }) => Date.parse(at))
        .filter((at) => at >= since);
    await eventually(() => expect(polledAt().length).toBeGreaterThanOrEqual(polls));

    const times = [since, ...polledAt()];
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    expect(Math.max(...gaps)).toBeLessThan(2 * pollMs);
    // They still hold on to what they were given, and were given no more than a few calls each.
    expect(servers.map(({ seen }) => seen.length).filter((calls) => calls > 3)).toEqual([]);
  });
});
