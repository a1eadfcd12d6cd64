import type { OpenAPIObject } from '@nestjs/swagger';
import { defaultBodyLimit, megabyte } from './route-settings.js';
import type { Route, RouteTable } from './route-table.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Makes a repetition of this request safe: it gets the first answer again',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
} as const;

/**
 * Says of every operation what the server does for all of them: which scope it needs, which problems
 * it can answer, that a POST takes an Idempotency-Key. Said by hand it would be forgotten somewhere.
 * @throws when an operation has no summary
 */
export function completeOperations(document: OpenAPIObject, table: RouteTable): void {
  const routes = new Map(
    table.routes().map((route) => [`${route.method.toLowerCase()} ${templated(route.path)}`, route]),
  );
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      if (!operation.summary) throw new Error(`${method.toUpperCase()} ${path} has no summary: add @ApiOperation`);
      complete(operation, method, path, routes.get(`${method} ${path}`));
    }
  }
}

const templated = (path: string) => path.replace(/:([A-Za-z0-9_]+)/g, '{$1}');

function complete(operation: Operation, method: string, path: string, route: Route | undefined): void {
  const scope = route?.settings.scope;
  operation.security = scope ? [{ apiKey: [] }, { session: [] }] : [];
  if (scope)
    operation.description = [operation.description, `Needs the scope \`${scope}\`.`].filter(Boolean).join('\n\n');
  const repeatable = scope !== undefined && method === 'post' && route?.settings.takesNoIdempotencyKey !== true;
  if (repeatable) operation.parameters = [...(operation.parameters ?? []), idempotencyKey];
  const limit = route?.settings.bodyLimit ?? defaultBodyLimit;
  const expected: [status: number, description: string, when: boolean][] = [
    [400, '`invalid-request` or `malformed-body`', scope !== undefined],
    [401, '`unauthenticated`: no valid API key, and nobody signed in', scope !== undefined],
    [403, '`missing-scope`: the API key or the role lacks the scope', scope !== undefined],
    [404, '`not-found`: not there, or outside the profiles of the caller', path.includes('{')],
    [409, '`idempotency-key-reused`', repeatable],
    [413, `\`payload-too-large\`: more than ${limit / megabyte} MB`, operation.requestBody !== undefined],
    [415, '`unsupported-media-type`', operation.requestBody !== undefined],
    [500, '`internal-error`', true],
    [503, '`unavailable`', true],
  ];
  for (const [status, description, when] of expected) {
    const own = operation.responses[status];
    if (own && 'content' in own && own.content) continue;
    const ownText = own && 'description' in own ? own.description : '';
    if (when || own)
      operation.responses[status] = problemResponse([ownText, when ? description : ''].filter(Boolean).join('; '));
  }
  for (const [status, own] of Object.entries(operation.responses))
    if (Number(status) >= 400 && own && 'description' in own && !own.content)
      operation.responses[status] = problemResponse(own.description);
}

function problemResponse(description: string) {
  return { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
}
