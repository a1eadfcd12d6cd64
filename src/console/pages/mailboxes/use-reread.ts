import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { readsFrom } from '../../api/queries.js';

const touched = ['/v1/mailboxes', '/v1/mailbox-tests', '/v1/mailbox-test-batches', '/v1/overview'];

/** Reads anew what an act on mailboxes has changed. */
export function useReread(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ predicate: readsFrom(touched) }), [queries]);
}
