import { Initial1763700000000 } from './1763700000000-initial.js';

/** Every migration, oldest first. They only go forward: a mistake is mended by a further one. */
export const migrations = [Initial1763700000000];
