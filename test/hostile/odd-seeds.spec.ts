import { itKeepsItsPromises } from './support/carry-out.js';

/** The other half of the seeds: see even-seeds.spec.ts. */
describe('a hostile server', () => itKeepsItsPromises(1));
