import type { FastifyInstance } from 'fastify';
import type { RouteSettings } from './route-settings.js';

/** Routes that no controller declares, such as those of a library, under a path of their own. */
export interface HttpPart {
  /** Begins with a slash, and ends without one. */
  readonly prefix: string;
  /** Of all its routes: they have no decorators to say it. */
  readonly settings: RouteSettings;
  /** Called once, with a server of its own: its hooks and decorations stay among its routes. */
  mount(server: FastifyInstance): void;
}

/** The part that a route's path belongs to. */
export function partOf(parts: readonly HttpPart[], path: string): HttpPart | undefined {
  return parts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
}
