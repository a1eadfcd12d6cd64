import { createContext, use } from 'react';
import type { Schema } from '../api/schemas.js';

/** Who is signed in, as `GET /v1/session` tells. */
export type Session = Schema<'Session'>;

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in; only below <SignedIn>. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('nobody is signed in here');
  return session;
}

const implied = { read: ['read', 'write', 'admin'], write: ['write', 'admin'], admin: ['admin'] } as const;

/** Whether the person may do what needs a scope. Buttons that would be refused are not shown; the API decides. */
export function useMay(scope: keyof typeof implied): boolean {
  const { scopes } = useSession();
  return scopes.some((held) => (implied[scope] as readonly string[]).includes(held));
}
