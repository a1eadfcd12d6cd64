import type { RunKind } from '../../scheduling/work.js';

const kinds: Readonly<Record<RunKind, string>> = {
  incoming: 'Receiving',
  outgoing: 'Sending',
  backfill: 'Bringing older mail',
  audit: 'Comparing with the server',
  test: 'Testing',
};

/** What a kind of work is called; its own name where a row has one of another version. */
export const nameOfKind = (kind: string): string => (Object.hasOwn(kinds, kind) ? kinds[kind as RunKind] : kind);
