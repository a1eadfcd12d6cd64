import { Center, Loader } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { $api, onSignedOut } from '../api/client.js';
import { Trouble } from '../parts/trouble.js';
import { SessionContext } from './session.js';

const SignIn = lazy(() => import('./sign-in.js'));
const Welcome = lazy(() => import('./welcome.js'));

/** Shows the console to who is signed in, and the way in to everybody else. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  const queries = useQueryClient();
  const session = $api.useQuery('get', '/v1/session', {}, { staleTime: Infinity, refetchOnWindowFocus: false });
  // A session that ended elsewhere shows with the first call that is refused.
  useEffect(() => onSignedOut(() => void queries.resetQueries({ queryKey: ['get', '/v1/session'] })), [queries]);
  const waiting = (
    <Center h="60vh">
      <Loader aria-label="Loading" />
    </Center>
  );
  if (path === '/welcome')
    return (
      <Suspense fallback={waiting}>
        <Welcome />
      </Suspense>
    );
  if (session.isPending) return waiting;
  if (session.data) return <SessionContext value={session.data}>{children}</SessionContext>;
  if (session.error && 'status' in session.error && session.error.status === 401)
    return (
      <Suspense fallback={waiting}>
        <SignIn />
      </Suspense>
    );
  return (
    <Center h="60vh" p="md">
      <Trouble error={session.error} onRetry={() => void session.refetch()} />
    </Center>
  );
}
