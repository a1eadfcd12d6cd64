import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { problemKinds } from './problem.js';
import type { RouteTable } from './route-table.js';
import { completeOperations } from './openapi-operations.js';
import { zodConverter } from './zod-schemas.js';

const introduction = `Server-side mailbox sync for business applications.

Every call needs \`Authorization: Bearer <API key>\`, or the cookie of somebody signed in; with the cookie everything but
GET also needs \`X-Postroom-Request: 1\`. Lists come in pages: pass \`nextCursor\` of one page as \`cursor\`
for the next. A POST with an \`Idempotency-Key\` has its effect once: a repetition within 24 hours gets the first
answer again, with the header \`Idempotent-Replayed: true\`. Every answer carries \`X-Request-Id\`.

## Problems
Errors are \`application/problem+json\` (RFC 9457); \`code\` is stable, \`remediation\` says what to do.

| code | status | meaning | retry |
|---|---|---|---|
`;

// Some kinds have members of their own.
const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
    code: z.string().describe('Stable and machine-readable; see the table of problems'),
    retryable: z.boolean().describe('Whether the same request can succeed later without being changed'),
    remediation: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem' });

/**
 * Puts the OpenAPI document at /openapi.json and the reference, with all its scripts, at /docs. To be
 * called before the application's `init`, while routes can be added. The document is built when it is first asked for:
 * most processes never are, and it costs a start a tenth of its time.
 */
export function publishReference(app: NestFastifyApplication, table: RouteTable, publicUrl: string | null): void {
  let document: OpenAPIObject | undefined;
  const built = () => (document ??= buildDocument(app, table, publicUrl));
  SwaggerModule.setup('docs', app, built, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Postroom API',
    swaggerOptions: { persistAuthorization: false, docExpansion: 'none' },
  });
}

function buildDocument(app: NestFastifyApplication, table: RouteTable, publicUrl: string | null): OpenAPIObject {
  const kinds = problemKinds().map(
    ({ code, status, title, retryable }) => `| \`${code}\` | ${status} | ${title} | ${retryable ? 'yes' : 'no'} |`,
  );
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Postroom')
    .setDescription(introduction + kinds.join('\n'))
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key' }, 'apiKey')
    .addCookieAuth(
      'postroom_session',
      { type: 'apiKey', description: 'Of somebody signed in; behind https its name begins with __Host-' },
      'session',
    );
  if (publicUrl) config.addServer(publicUrl);
  const convert = zodConverter();
  const document = SwaggerModule.createDocument(app, config.build(), {
    operationIdFactory: (controller, method) =>
      `${controller.charAt(0).toLowerCase()}${controller.slice(1).replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: convert,
  });
  const { components } = convert(problem, { schemaType: 'output' }) ?? {};
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...(components as Record<string, object>) },
  };
  completeOperations(document, table);
  return document;
}
