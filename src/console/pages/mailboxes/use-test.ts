import { useEffect, useRef } from 'react';
import { $api } from '../../api/client.js';
import { isGone } from '../../api/queries.js';
import { useReread } from './use-reread.js';

/** How often a test under way is asked for, in ms: each step is to appear as it ends. */
const liveMs = 700;

/** A test, read anew until it has ended; what else shows the mailbox is then read anew too. */
export function useTest(id: string) {
  const reread = useReread();
  const test = $api.useQuery(
    'get',
    '/v1/mailbox-tests/{id}',
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.state === 'ended' || isGone(state.error) ? false : liveMs) },
  );
  const hasEnded = test.data?.state === 'ended';
  const wasActive = useRef(false);
  useEffect(() => {
    if (test.data === undefined) return;
    if (hasEnded && wasActive.current) void reread();
    wasActive.current = !hasEnded;
  }, [test.data, hasEnded, reread]);
  return test;
}
