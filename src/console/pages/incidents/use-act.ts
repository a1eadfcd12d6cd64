import { useQueryClient } from '@tanstack/react-query';
import { readsFrom } from '../../api/queries.js';
import { useSay } from '../../parts/said.js';

/** What follows an act on an incident: it is said, and what shows the incident is read anew. */
export function useAct() {
  const queries = useQueryClient();
  const say = useSay();
  return {
    done: (text: string) => {
      say.done(text);
      return queries.invalidateQueries({ predicate: readsFrom(['/v1/incidents', '/v1/overview']) });
    },
    failed: say.failed,
  };
}
