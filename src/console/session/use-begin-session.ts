import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Session } from './session.js';

const path = '/v1/session';

/** Lets the console in after somebody has signed in: nothing that was read before is that person's. */
export function useBeginSession(): (session: Session) => void {
  const queries = useQueryClient();
  return useCallback(
    (session) => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[1] !== path });
      // Not removed itself: <SignedIn> watches it, and would not hear of another in its place.
      queries.setQueryData(['get', path, {}], session);
    },
    [queries],
  );
}
