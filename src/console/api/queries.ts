import { QueryClient, type Query } from '@tanstack/react-query';
import type { Problem } from './client.js';

/** Lists that no event tells of (how far work has come, say) are at most so old, in ms. */
export const staleMs = 5_000;

const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'code' in error && 'remediation' in error;

/** Asking again helps only where the API says so, or when no answer came at all. */
const shouldRetry = (failures: number, error: unknown) => failures < 2 && (!isProblem(error) || error.retryable);

/** Whether the API says that there is no such thing, or none that could be: asking again and again finds none. */
export const isGone = (error: unknown): boolean => isProblem(error) && (error.status === 404 || error.status === 400);

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: staleMs, retry: shouldRetry, refetchOnWindowFocus: true },
      // What was sent or came back may be a secret: it is kept no longer than what shows it.
      mutations: { retry: false, gcTime: 0 },
    },
  });
}

/** Whether a query reads from under one of these paths of the API, such as `/v1/incidents`. */
export const readsFrom =
  (paths: readonly string[]) =>
  ({ queryKey }: Query): boolean => {
    const path = queryKey[1];
    return typeof path === 'string' && paths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  };
