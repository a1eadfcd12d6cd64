import { RouteConfig } from '@nestjs/platform-fastify';

/** What a handler's decorators tell the HTTP server about its route. */
export interface RouteSettings {
  /** Which right the route needs; the request guard knows what it means. */
  readonly scope?: string;
  /** Largest body in bytes, where the server's default does not fit. */
  readonly bodyLimit?: number;
  /** A POST whose repetition needs no key: what is kept of a body with passwords would help whoever guesses them. */
  readonly takesNoIdempotencyKey?: boolean;
  /** A part of the path is a secret: the path stands in no log line and no answer. */
  readonly secretInPath?: boolean;
  /** A page of the console, which holds no data and is open to everybody. */
  readonly isPage?: boolean;
}

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface FastifyContextConfig extends RouteSettings {}
}

const key = Symbol('route-settings');

/** Adds to a handler's route settings; `RouteConfig` by itself would overwrite what another decorator said. */
export function routeSettings(settings: RouteSettings): MethodDecorator {
  return (target, property, descriptor) => {
    const handler = descriptor.value as object;
    const before = (Reflect.getMetadata(key, handler) ?? {}) as RouteSettings;
    const merged = { ...before, ...settings };
    Reflect.defineMetadata(key, merged, handler);
    (RouteConfig(merged) as MethodDecorator)(target, property, descriptor);
  };
}

export const megabyte = 1024 * 1024;
export const defaultBodyLimit = megabyte;

/** Lets the route take bodies of up to `bytes`, for lists and attachments. */
export const BodyLimit = (bytes: number): MethodDecorator => routeSettings({ bodyLimit: bytes });
