import type { FastifyInstance } from 'fastify';

/**
 * Bodies are JSON and nothing else: Fastify's parser of plain text goes, and Nest's of forms is never
 * added, so any other content type answers 415.
 */
export function readJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser(['text/plain', 'application/json']);
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients name the content type of a DELETE or of a POST without a body.
    if (body.length === 0) done(null, undefined);
    else void parse(request, body as string, done);
  });
}
