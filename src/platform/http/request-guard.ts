import type { FastifyRequest } from 'fastify';
import type { Route } from './route-table.js';

/** Who calls, as far as this floor cares; the guard puts its own richer kind here. */
export interface Identity {
  /** Of the API key or the user. */
  readonly id: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on routes that are open to everybody. */
    caller: Identity | null;
  }
}

/**
 * Decides about requests before their bodies are read: whoever has no key must not make us hold and
 * parse a hundred megabytes first, which a Nest guard, that runs behind the body parser, would allow.
 */
export abstract class RequestGuard {
  /** Called for each route at start. @throws when the route is not declared properly: the process must not start. */
  abstract inspect(route: Route): void;

  /** Sets `request.caller`. @throws Problem to refuse the request */
  abstract admit(request: FastifyRequest): Promise<void>;
}
