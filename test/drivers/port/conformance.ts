import { itReads } from './reading.js';
import { itSays } from './errors.js';
import { itSends } from './sending.js';
import type { PortWorld } from './port-world.js';

/**
 * What every driver does, against the interface of the port (`src/drivers/port/mail-server.ts`): the specification of a
 * further one. A driver's own specs hold what only its kind of server has.
 * @param openWorld a new server for each test, and the driver connected to it
 */
export function itKeepsThePort(openWorld: () => Promise<PortWorld>): void {
  let world: PortWorld;

  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  describe('reading', () => itReads(() => world));
  describe('sending', () => itSends(() => world));
  describe('errors', () => itSays(() => world));
}
