import { NestFactory } from '@nestjs/core';
import type { DynamicModule, Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nestLogger, type Log } from '../log/log.js';
import { partOf, type HttpPart } from './http-part.js';
import { readJsonBodies } from './json-body.js';
import { publishReference } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { Problem, problems } from './problem.js';
import { RequestGuard } from './request-guard.js';
import { defaultBodyLimit } from './route-settings.js';
import { RouteTable } from './route-table.js';
import { requestIdOf, setStandardHeaders } from './standard-headers.js';
import { defaultTrustedProxies, dropForwardedPorts, isTrustedProxy, type TrustedProxies } from './trusted-proxies.js';
import { ValidationPipe } from './validation.js';

export interface HttpOptions {
  readonly log: Log;
  /** How callers reach the API, for the reference; null: wherever they read it. */
  readonly publicUrl?: string | null;
  /** Libraries' routes, each under a path of its own. */
  readonly parts?: readonly HttpPart[];
  /** Adds routes that are no controllers', such as files. They pass the same guard. */
  readonly addRoutes?: (server: FastifyInstance) => Promise<void>;
}

/** Room for a whole upload on a slow line; without a limit a trickling client holds its socket for ever. */
const requestTimeoutMs = 5 * 60_000;
const maxParamLength = 200;

/**
 * Fastify configured for the API; `assembleHttp` completes it.
 * @param proxies whose X-Forwarded-For, -Proto and -Host are trusted
 */
export function createHttpAdapter(log: Log, proxies: TrustedProxies = defaultTrustedProxies): FastifyAdapter {
  const filter = new ProblemFilter(log);
  const adapter = new FastifyAdapter({
    // A function, because Fastify does not accept a bare number of hops.
    trustProxy: isTrustedProxy(proxies),
    genReqId: requestIdOf,
    bodyLimit: defaultBodyLimit,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength },
    // The router refuses a malformed URL before any hook runs.
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      setStandardHeaders(request, reply);
      filter.answer(new Problem(problems.invalidRequest, 'the path of the address is not valid'), request, reply);
    },
  });
  // The first hook of all, so that every other one sees the client's address.
  adapter.getInstance().addHook('onRequest', (request, _reply, done) => {
    dropForwardedPorts(request.raw.headers);
    done();
  });
  return adapter;
}

/**
 * Turns a Nest application on `createHttpAdapter` into the API: problems, validation, headers, the
 * guard before the body, the reference; and initialises it. It does not listen yet.
 * @throws when a route lacks its declaration or the reference would not be valid
 */
export async function assembleHttp(app: NestFastifyApplication, options: HttpOptions): Promise<NestFastifyApplication> {
  const server = app.getHttpAdapter().getInstance();
  const guard = app.get(RequestGuard, { strict: false });
  const table = new RouteTable();
  const { parts = [] } = options;
  server.decorate('routeTable', table);
  server.decorateRequest('caller', null);
  server.addHook('onRoute', (route) => {
    const part = partOf(parts, route.url);
    if (part) route.config = { ...route.config, ...part.settings };
    for (const added of table.add(route)) guard.inspect(added);
    if (route.config?.bodyLimit !== undefined) route.bodyLimit = route.config.bodyLimit;
  });
  server.addHook('onRequest', async (request, reply) => {
    setStandardHeaders(request, reply);
    await guard.admit(request);
    if (!request.is404) return;
    const allowed = table.methodsOf(request.url.split('?', 1)[0] ?? '');
    if (allowed.length === 0) return;
    void reply.header('allow', allowed.join(', '));
    throw new Problem(problems.methodNotAllowed, `${request.method} is not one of ${allowed.join(', ')}`);
  });
  tellOfUnknownProxy(server, options.log);
  readJsonBodies(server);
  for (const part of parts) mount(server, part, options.log);
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter(options.log));
  publishReference(app, table, options.publicUrl ?? null);
  await options.addRoutes?.(server);
  await app.init();
  return app;
}

/**
 * Logs once that a proxy is not trusted. Otherwise all its users silently share one client address, and cookies lack
 * Secure. Only once, because any client can cause it.
 */
function tellOfUnknownProxy(server: FastifyInstance, log: Log): void {
  let said = false;
  server.addHook('onRequest', async (request) => {
    if (said || request.headers['x-forwarded-for'] === undefined || (request.ips?.length ?? 1) > 1) return;
    said = true;
    log.warn(
      { from: request.ip },
      'ignored X-Forwarded-For from an address that is not in TRUST_PROXY; if it is your proxy, add its address to TRUST_PROXY',
    );
  });
}

function mount(server: FastifyInstance, part: HttpPart, log: Log): void {
  const filter = new ProblemFilter(log);
  void server.register(
    (own, _options, done) => {
      own.setErrorHandler((error, request, reply) => filter.answer(error, request, reply));
      part.mount(own);
      done();
    },
    { prefix: part.prefix },
  );
}

/** The HTTP API of a root module, ready for `listen`. Shutdown hooks are the caller's business. */
export async function createHttpApp(
  rootModule: Type | DynamicModule,
  options: HttpOptions,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(rootModule, createHttpAdapter(options.log), {
    logger: nestLogger(options.log),
    // Ours reads JSON only, see json-body.ts.
    bodyParser: false,
    // The caller logs what went wrong and chooses the exit code.
    abortOnError: false,
  });
  return assembleHttp(app, options);
}
