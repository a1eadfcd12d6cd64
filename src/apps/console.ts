import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** First parts of the console's addresses: a reload of any of its pages gets the same document. */
export const consolePaths = [
  '/',
  '/sign-in',
  '/welcome',
  ...['/incidents', '/profiles', '/mailboxes', '/messages', '/outgoing', '/settings'].flatMap((path) => [
    path,
    `${path}/*`,
  ]),
];

/**
 * Everything of the page comes from this server, but inline styles, which Mantine writes. Frames show mail, which
 * inherits this policy: nothing in a message can fetch anything from elsewhere.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The files' names hold a hash of what is in them. */
const assetsMaxAge = '365d';

/**
 * Serves the web console. It is open to everybody: it holds no data, and asks the API for all it shows.
 * @param folder what `npm run build` made of `src/console`; where there is none, the console says so
 */
export async function serveConsole(server: FastifyInstance, folder: string): Promise<void> {
  const page = join(folder, 'index.html');
  const built = existsSync(page) ? await readFile(page, 'utf8') : null;
  if (built !== null)
    await server.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      immutable: true,
      maxAge: assetsMaxAge,
      index: false,
    });
  for (const url of consolePaths)
    server.get(url, { config: { isPage: true } }, async (_request, reply) => {
      void reply.headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        // Names the assets of this version; an old copy would ask for ones that are gone.
        'cache-control': 'no-cache',
      });
      return built ?? missing;
    });
}

const missing = `<!doctype html><html lang="en"><title>Postroom</title>
<p>The console is not built: run <code>npm run build</code>. The API works without it: <a href="/docs">reference</a>.</p></html>`;
