/** Injection tokens for what has no class of its own to be injected by. */
export const LOG = Symbol('Log');
export const SETTINGS = Symbol('Settings');
export const METRICS = Symbol('Metrics');
