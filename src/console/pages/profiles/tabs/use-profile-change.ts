import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, api } from '../../../api/client.js';
import { readsFrom } from '../../../api/queries.js';
import type { Schema } from '../../../api/schemas.js';
import { useSay } from '../../../parts/said.js';

type Profile = Schema<'EmailServerProfile'>;
type Patch = Omit<Schema<'EmailServerProfilePatch'>, 'version'>;

const path = '/v1/email-server-profiles/{id}';
const read = (id: string) => ({ params: { path: { id } } });

/**
 * Changes a profile, as long as nobody else has changed it since it was read. `base` is what the form was filled with;
 * it does not follow the profile while somebody types, and is read anew when somebody else was faster.
 */
export function useProfileChange(profile: Profile, done: string) {
  const queries = useQueryClient();
  const say = useSay();
  const [base, setBase] = useState(profile);
  const [overtaken, setOvertaken] = useState(false);
  const show = (newest: Profile) => {
    queries.setQueryData($api.queryOptions('get', path, read(newest.id)).queryKey, newest);
    setBase(newest);
  };
  const change = $api.useMutation('patch', path, {
    onSuccess: (newest) => {
      setOvertaken(false);
      show(newest);
      void queries.invalidateQueries({ predicate: readsFrom(['/v1/email-server-profiles', '/v1/overview']) });
      say.done(done);
    },
    onError: async (error) => {
      if (error.code !== 'version-conflict') return;
      const { data } = await api.GET(path, read(profile.id));
      if (!data) return;
      show(data);
      setOvertaken(true);
    },
  });
  return {
    base,
    /** Somebody else was faster; `base` is now what they made of it. */
    overtaken,
    pending: change.isPending,
    /** Of the last try, but for that somebody else was faster. */
    error: change.error?.code === 'version-conflict' ? null : change.error,
    change: (patch: Patch) =>
      change.mutateAsync({ ...read(profile.id), body: { ...patch, version: base.version } }).then(
        (newest) => {
          // The tab stays, and what was sent may hold a password.
          change.reset();
          return newest;
        },
        () => null,
      ),
  };
}
