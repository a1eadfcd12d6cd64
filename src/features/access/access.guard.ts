import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem, problems } from '../../platform/http/problem.js';
import { RequestGuard } from '../../platform/http/request-guard.js';
import type { Route } from '../../platform/http/route-table.js';
import { Authenticator } from './authenticator.js';
import { allows, isScope } from './scope.js';

/** What needs no API key: the reference, the console’s scripts, what a load balancer or Prometheus asks, and links that hold a secret of their own. */
const openPaths = /^\/(?:assets\/\*|openapi\.json|docs|docs\/.*|health\/.*|metrics|v1\/shared-diagnostics\/:token)$/;
const bearer = /^Bearer +(\S{1,512}) *$/i;

/** Lets a request pass whose API key is valid and has the scope that its route declares. */
@Injectable()
export class AccessGuard extends RequestGuard {
  constructor(private readonly authenticator: Authenticator) {
    super();
  }

  override inspect({ method, path, settings }: Route): void {
    if (isScope(settings.scope)) return;
    if (settings.scope === undefined && (settings.isPage || openPaths.test(path))) return;
    throw new Error(`${method} ${path} declares no scope: add @RequireScope to its handler`);
  }

  override async admit(request: FastifyRequest): Promise<void> {
    const { scope } = request.routeOptions.config;
    const unknownOutsideApi = request.is404 && !/^\/v1(?:\/|\?|$)/.test(request.url);
    if (scope === undefined && (!request.is404 || unknownOutsideApi)) return;
    // An address that does not exist asks for a key too: what there is, is not for strangers to map.
    const caller = await this.authenticator.authenticate(tokenOf(request));
    if (!caller) throw new Problem(problems.unauthenticated);
    if (isScope(scope) && !allows(caller.scopes, scope))
      throw new Problem(
        problems.forbidden,
        `this needs the scope ${scope}; the API key has ${caller.scopes.join(', ')}`,
      );
    request.caller = caller;
  }
}

function tokenOf(request: FastifyRequest): string | null {
  return bearer.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
