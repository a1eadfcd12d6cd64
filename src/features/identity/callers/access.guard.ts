import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { readCookie } from '../../../platform/http/cookies.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { RequestGuard } from '../../../platform/http/request-guard.js';
import type { Route } from '../../../platform/http/route-table.js';
import { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import { refuseCrossSite, refuseForeignPages } from './cross-site.js';
import { allows, isScope } from './scope.js';
import { SessionCallers } from './session-callers.js';
import { sessionCookie } from './session-token.js';

/** What needs no caller: the reference, the console’s scripts, what a load balancer or Prometheus asks, links that hold a secret of their own, and signing in and out. */
const openPaths =
  /^\/(?:assets\/\*|openapi\.json|docs|docs\/.*|health\/.*|metrics|v1\/shared-diagnostics\/:token|v1\/sign-in-links\/(?:inspect|redeem)|v1\/sign-in-options|v1\/sign-in\/oidc(?:\/callback)?)$/;
const openRoutes = /^(?:POST|DELETE) \/v1\/session$/;
const bearer = /^Bearer +(\S{1,512}) *$/i;

/** Lets a request pass whose API key or session is valid and has the scope that its route declares. */
@Injectable()
export class AccessGuard extends RequestGuard {
  constructor(
    private readonly keys: Authenticator,
    private readonly sessions: SessionCallers,
  ) {
    super();
  }

  override inspect({ method, path, settings }: Route): void {
    if (isScope(settings.scope)) return;
    if (
      settings.scope === undefined &&
      (settings.isPage || openPaths.test(path) || openRoutes.test(`${method} ${path}`))
    )
      return;
    throw new Error(`${method} ${path} declares no scope: add @RequireScope to its handler`);
  }

  override async admit(request: FastifyRequest): Promise<void> {
    const { scope } = request.routeOptions.config;
    const unknownOutsideApi = request.is404 && !/^\/v1(?:\/|\?|$)/.test(request.url);
    // A header wins: a program that sends its key means that, whatever cookies its library kept.
    const byHeader = request.headers.authorization !== undefined;
    const cookie = byHeader ? null : readCookie(request, sessionCookie);
    // On open routes too: they give and take sessions.
    if (cookie !== null) refuseCrossSite(request);
    else if (!byHeader) refuseForeignPages(request);
    if (scope === undefined && (!request.is404 || unknownOutsideApi)) return;
    // An address that does not exist asks for a caller too: what there is, is not for strangers to map.
    const caller = await this.callerOf(request, cookie);
    if (!caller) throw new Problem(problems.unauthenticated);
    if (isScope(scope) && !allows(caller.scopes, scope))
      throw new Problem(
        problems.forbidden,
        `this needs the scope ${scope}; the ${caller.session ? `role ${caller.session.role}` : 'API key'} has ${caller.scopes.join(', ')}`,
      );
    request.caller = caller;
  }

  private callerOf({ headers }: FastifyRequest, cookie: string | null): Promise<Caller | null> {
    if (cookie !== null) return this.sessions.authenticate(cookie);
    return this.keys.authenticate(bearer.exec(headers.authorization ?? '')?.[1] ?? null);
  }
}
