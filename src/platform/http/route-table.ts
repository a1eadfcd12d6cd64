import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { RouteSettings } from './route-settings.js';

/** One route as the server answers it. */
export interface Route {
  readonly method: string;
  /** Parameters as `:name`. */
  readonly path: string;
  readonly settings: RouteSettings;
}

declare module 'fastify' {
  interface FastifyInstance {
    routeTable: RouteTable;
  }
}

/** Every route of the server, collected while they are added. */
export class RouteTable {
  private readonly rows: (Route & { readonly pattern: RegExp })[] = [];

  add(route: RouteOptions): Route[] {
    const pattern = new RegExp(`^${route.url.split('/').map(segmentPattern).join('/')}/?$`);
    const added = [route.method].flat().map((method) => ({
      method,
      path: route.url,
      settings: route.config ?? {},
      pattern,
    }));
    this.rows.push(...added);
    return added;
  }

  /** Without the HEAD twin that Fastify gives every GET. */
  routes(): Route[] {
    return this.rows
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, path, settings }) => ({ method, path, settings }));
  }

  /** Methods that a concrete path takes, for the Allow header; none where there is nothing at all. */
  methodsOf(path: string): string[] {
    return [...new Set(this.rows.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))].sort();
  }
}

function segmentPattern(segment: string): string {
  if (segment === '*') return '.*';
  return segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The route table of an application made by `createHttpApp`. */
export function routeTableOf(app: INestApplication): RouteTable {
  return (app.getHttpAdapter().getInstance() as FastifyInstance).routeTable;
}
