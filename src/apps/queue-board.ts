import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { beyondOwnReach } from '../features/identity/api-keys/api-keys.js';
import type { Caller } from '../features/identity/callers/caller.js';
import type { HttpPart } from '../platform/http/http-part.js';
import { Problem, problems } from '../platform/http/problem.js';
import type { QueueBackend } from '../platform/queue/queue-backend.js';

export const queueBoardPath = '/queues';

interface QueueBoardOptions {
  readonly queues: readonly string[];
  /** Opens the queues, or hands out those that are open; asked when somebody looks at the board. */
  readonly backend: () => Promise<QueueBackend>;
}

/**
 * Bull Board, to look at the queues. It changes nothing: a job is a hint that something is due, and to run one
 * again by hand makes no sense.
 */
export function queueBoard({ queues, backend }: QueueBoardOptions): HttpPart {
  const adapter = new FastifyAdapter();
  const board = createBullBoard({
    queues: [],
    // Its types are those of a copy of the board that it brings along.
    serverAdapter: adapter as unknown as Parameters<typeof createBullBoard>[0]['serverAdapter'],
    options: {
      uiConfig: {
        boardTitle: 'Postroom queues',
        miscLinks: [{ text: 'API reference', url: '/docs' }],
        showMetrics: false,
      },
    },
  });
  adapter.setBasePath(queueBoardPath);
  const shown = new Set<string>();
  const show = async () => {
    const opened = await opening(backend);
    for (const name of queues) {
      if (shown.has(name)) continue;
      const queue = await opened.queue(name);
      board.addQueue(new BullMQAdapter(queue, { readOnlyMode: true, displayName: name }));
      shown.add(name);
    }
  };
  return {
    prefix: queueBoardPath,
    settings: { scope: 'admin' },
    mount: (scope) => {
      scope.addHook('onRequest', async (request, reply) => {
        admit(request);
        if (!request.routeOptions.url?.startsWith(`${queueBoardPath}/static/`))
          void reply.header('cache-control', 'no-store');
      });
      scope.addHook('preHandler', async (request) => {
        if (request.routeOptions.url?.startsWith(`${queueBoardPath}/api/`)) await show();
      });
      adapter.registerPlugin()(withoutErrorHandler(scope), { prefix: queueBoardPath }, () => undefined);
    },
  };
}

/** @throws Problem beyond-own-reach, method-not-allowed */
function admit({ caller, method }: FastifyRequest): void {
  if ((caller as Caller).profileIds !== null) throw new Problem(beyondOwnReach, 'the queues hold work of all profiles');
  if (method !== 'GET' && method !== 'HEAD') throw new Problem(problems.methodNotAllowed, 'the board only shows');
}

/** @throws Problem unavailable */
async function opening(backend: () => Promise<QueueBackend>): Promise<QueueBackend> {
  const away = new Problem(problems.unavailable, 'The server of the queues does not answer.', { retryAfterSeconds: 5 });
  const opened = await backend().catch(() => {
    throw away;
  });
  if (!(await opened.healthy()).ok) throw away;
  return opened;
}

/** The board would answer every error in its own way, the guard's refusals too, and with the error's text. */
function withoutErrorHandler(scope: FastifyInstance): FastifyInstance {
  const facade = Object.create(scope, { setErrorHandler: { value: () => facade } }) as FastifyInstance;
  return facade;
}
