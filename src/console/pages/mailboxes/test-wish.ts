import type { Direction } from './mailbox-words.js';

/** Which directions a test is to try: those in use, or named ones. */
export type TestedDirections = 'in-use' | 'incoming' | 'outgoing' | 'both';

export interface TestWish {
  readonly directions: TestedDirections;
  /** Switch on what passes. */
  readonly enable: boolean;
}

const named: Readonly<Record<TestedDirections, readonly Direction[] | null>> = {
  'in-use': null,
  incoming: ['incoming'],
  outgoing: ['outgoing'],
  both: ['incoming', 'outgoing'],
};

/** As the API takes it, for one mailbox and for many. */
export function testBody({ directions, enable }: TestWish): { enable: boolean; directions?: Direction[] } {
  const list = named[directions];
  return { enable, ...(list === null ? {} : { directions: [...list] }) };
}
