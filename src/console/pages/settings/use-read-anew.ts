import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { readsFrom } from '../../api/queries.js';

/** Makes answers from under these paths of the API old, so that what is shown of them is read anew. */
export function useReadAnew(...paths: readonly string[]): () => Promise<void> {
  const queries = useQueryClient();
  const joined = paths.join(' ');
  return useCallback(() => queries.invalidateQueries({ predicate: readsFrom(joined.split(' ')) }), [queries, joined]);
}
