import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readBody } from '../http/read-body.js';
import type { Organisation } from '../store/organisation.js';
import type { SandboxControl } from './control.js';
import type { FaultInjector } from './fault-injection.js';
import { CONTROL_ROUTES } from './control-routes.js';

const MAX_BYTES = 128 * 1024 * 1024;

/** `POST /control/<name>` with a JSON body, and `GET /control/state`; for callers on this machine only. */
export class ControlHttp {
  constructor(
    private readonly control: SandboxControl,
    private readonly organisation: Organisation,
    private readonly faults: FaultInjector,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const reply = (status: number, value: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value ?? null));
    };
    if (!isLoopback(request)) return reply(403, { error: 'The control API answers on this machine only.' });
    if (request.method === 'GET' && name === 'state') return reply(200, this.state());
    const route = CONTROL_ROUTES.get(name);
    if (!route) return reply(404, { error: `There is no control ${name}`, known: [...CONTROL_ROUTES.keys()] });
    if (request.method !== 'POST') return reply(405, { error: 'POST it.' });
    // A form on some web page can post, but not with this content type without asking first.
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? 'application/x-none')) {
      return reply(415, { error: 'The body must be application/json.' });
    }
    const body = await readBody(request, MAX_BYTES);
    if (body === 'too-large') return reply(413, { error: 'The body is too large.' });
    try {
      const json: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
      reply(200, await route(this.control, json));
    } catch (error) {
      reply(400, { error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) });
    }
  }

  private state(): unknown {
    return {
      domain: this.organisation.domain,
      accounts: [...this.organisation.accounts.values()].map(({ password: _, ...account }) => account),
      mailboxes: this.organisation.mailboxes.map((mailbox) => {
        const { password: _, ...record } = mailbox.record;
        const folders = [...mailbox.folders.values()].map((folder) => ({
          id: folder.id,
          name: folder.info.displayName,
          distinguished: folder.info.distinguished,
          total: folder.total,
          unread: folder.unread,
        }));
        return { ...record, folders };
      }),
      faults: this.faults.list(),
      counts: this.control.counts(),
    };
  }
}

/** The Host header too: a name that resolves to this machine must not let a web page in. */
function isLoopback(request: IncomingMessage): boolean {
  const remote = request.socket.remoteAddress ?? '';
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  return /^(127\.|::1$|::ffff:127\.)/.test(remote) && ['127.0.0.1', 'localhost', '[::1]'].includes(host);
}
