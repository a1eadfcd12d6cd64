import type { INestApplication } from '@nestjs/common';
import { routeTableOf } from '../../../platform/http/route-table.js';

export interface RouteScope {
  readonly method: string;
  readonly path: string;
  /** Null: open to everybody. */
  readonly scope: string | null;
}

/** Every route of the application with the scope it needs, in the order of paths: for the golden test. */
export function routeScopes(app: INestApplication): RouteScope[] {
  return routeTableOf(app)
    .routes()
    .map(({ method, path, settings }) => ({ method, path, scope: settings.scope ?? null }))
    .sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
}
