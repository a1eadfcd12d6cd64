import createFetchClient, { type Middleware } from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import { repeatedPosts } from './repeated-posts.js';
import type { components, paths } from './schema.js';

/** What the API answers when it refuses: RFC 9457, with what to do about it. */
export type Problem = components['schemas']['Problem'];

const listeners = new Set<() => void>();

/** Called whenever the API says that nobody is signed in (any more). @returns ends it */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const session: Middleware = {
  onRequest({ request }) {
    // Proves to the API that this request is no other site's: only same-origin scripts can send the header.
    request.headers.set('X-Postroom-Request', '1');
    return request;
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/v1/session') for (const listener of listeners) listener();
  },
};

/** The API, typed by its own OpenAPI document. For calls outside of queries; throw what `unwrap` does not return. */
export const api = createFetchClient<paths>({ baseUrl: '/', credentials: 'same-origin' });
api.use(session, repeatedPosts());

/** The same as TanStack queries and mutations: `$api.useQuery('get', '/v1/mailboxes', { params })`. */
export const $api = createQueryClient(api);

/** The data of an answer. @throws Problem */
export function unwrap<T>({ data, error }: { data?: T; error?: unknown }): T {
  // What was thrown is shown by <Trouble>, which knows problems and errors of the network.
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  if (error !== undefined) throw error;
  return data as T;
}
