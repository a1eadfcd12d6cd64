import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, unwrap } from '../../api/client.js';
import { readsFrom } from '../../api/queries.js';
import type { Schema } from '../../api/schemas.js';
import { checkOutcome, goesOn, type CheckOutcome, type Standing } from './check-outcome.js';

type Incident = Schema<'Incident'>;

export interface IncidentCheck {
  readonly start: () => void;
  /** Being asked for, or followed. */
  readonly isRunning: boolean;
  /** Null: nobody has asked for one here. */
  readonly outcome: CheckOutcome | null;
  readonly error: unknown;
}

/**
 * "Check now", and what comes of it.
 * @param onFollowing whether the incident is to be read anew every other second
 */
export function useCheck(incident: Incident, onFollowing: (isFollowing: boolean) => void): IncidentCheck {
  const queries = useQueryClient();
  const { id } = incident;
  const [begun, setBegun] = useState<{ before: Standing; mailboxes: number; times: number } | null>(null);
  const start = useMutation({
    mutationFn: async () => {
      const path = { params: { path: { id } } };
      // What is shown may be seconds old, and what failed in them is no answer to this check.
      const before = unwrap(await api.GET('/v1/incidents/{id}', path));
      const { mailboxes } = unwrap(await api.POST('/v1/incidents/{id}/check', path));
      return { before, mailboxes };
    },
    onSuccess: (check) => setBegun((last) => ({ ...check, times: (last?.times ?? 0) + 1 })),
    onSettled: () => queries.invalidateQueries({ predicate: readsFrom(['/v1/incidents']) }),
  });
  const { open, count, stoppedMailboxes, affectedMailboxes } = incident;
  const quietSeconds = useQuietSeconds(
    [begun?.times, open, count, stoppedMailboxes, affectedMailboxes].join(),
    begun !== null && open,
  );
  const outcome = begun && checkOutcome({ ...begun, now: incident, quietSeconds });
  const isFollowing = outcome !== null && goesOn(outcome);
  useEffect(() => onFollowing(isFollowing), [isFollowing, onFollowing]);
  return { start: () => start.mutate(), isRunning: start.isPending || isFollowing, outcome, error: start.error };
}

const secondMs = 1_000;

/** For how many seconds a text has been the same. @param isCounting nobody needs to know otherwise */
function useQuietSeconds(text: string, isCounting: boolean): number {
  const [quiet, setQuiet] = useState({ text, seconds: 0 });
  if (quiet.text !== text) setQuiet({ text, seconds: 0 });
  useEffect(() => {
    if (!isCounting) return;
    const timer = setInterval(() => setQuiet((last) => ({ ...last, seconds: last.seconds + 1 })), secondMs);
    return () => clearInterval(timer);
  }, [isCounting]);
  return quiet.text === text ? quiet.seconds : 0;
}
