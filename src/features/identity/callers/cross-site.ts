import type { FastifyRequest } from 'fastify';
import { defineProblem, Problem } from '../../../platform/http/problem.js';

export const crossSiteRequest = defineProblem({
  code: 'cross-site-request',
  status: 403,
  title: 'The request does not come from Postroom’s own pages',
  retryable: false,
  remediation:
    'With a session cookie, send the header X-Postroom-Request: 1 with everything but GET, from a page of Postroom itself. Programs use an API key.',
});

const harmless = /^(?:GET|HEAD)$/;

/**
 * A browser sends the cookie whoever made it send the request. The header cannot be sent from another
 * origin without a preflight, which is never answered; Sec-Fetch-Site says it outright where it is sent.
 * @throws Problem cross-site-request
 */
export function refuseCrossSite({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): void {
  if (harmless.test(method)) return;
  refuseForeignPages({ method, headers });
  if (headers['x-postroom-request'] !== '1') throw new Problem(crossSiteRequest, 'X-Postroom-Request: 1 is missing');
}

/** For requests that bring no cookie but get one. @throws Problem cross-site-request */
export function refuseForeignPages({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): void {
  const site = headers['sec-fetch-site'];
  if (!harmless.test(method) && site !== undefined && site !== 'same-origin')
    throw new Problem(crossSiteRequest, 'the browser says that another site made it send this');
}
