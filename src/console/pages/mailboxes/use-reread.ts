import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { readsFrom } from '../../api/queries.js';

const isTouched = readsFrom(['/v1/mailboxes', '/v1/mailbox-tests', '/v1/mailbox-test-batches', '/v1/overview']);

/**
 * Reads anew what an act on mailboxes has changed.
 * @returns takes the id of a mailbox that was deleted: what is known of it is left, for it could only be missed
 */
export function useReread(): (deleted?: string) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    (deleted) =>
      queries.invalidateQueries({
        predicate: (query) =>
          isTouched(query) && (deleted === undefined || !JSON.stringify(query.queryKey).includes(deleted)),
      }),
    [queries],
  );
}
