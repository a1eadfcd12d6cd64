import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { assembleHttp, createHttpAdapter } from '../platform/http/http-server.js';
import { nestLogger } from '../platform/log/log.js';
import { serveConsole } from './console.js';
import { Operations, operationsServer } from './operations.js';
import { listenTrouble } from './start-troubles.js';
import type { QueueBackend } from '../platform/queue/queue-backend.js';
import { QUEUE_BACKEND } from '../platform/queue/queue-options.js';
import { queueNames } from './features.js';
import { LazyQueues } from './lazy-queues.js';
import { ProcessModule, queueServerOf, type ProcessOptions } from './process.module.js';
import { queueBoard } from './queue-board.js';

export interface RunningProcess {
  readonly app: INestApplicationContext;
  /** Where it listens; without the api role for health and metrics only. */
  readonly url: string;
  /** Takes nothing new, lets runs finish for a few seconds, and closes everything it opened. */
  stop(): Promise<void>;
}

/** Starts one process of the given roles on a migrated database. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { settings, log } = options.platform;
  return settings.roles.includes('api') ? startWithApi(options) : startWithoutApi(options, settings, nestLogger(log));
}

async function startWithApi(options: ProcessOptions): Promise<RunningProcess> {
  const { settings, log } = options.platform;
  const lazyQueues = new LazyQueues(queueServerOf(options));
  const adapter = createHttpAdapter(log, settings.trustedProxies);
  const app = await NestFactory.create<NestFastifyApplication>(ProcessModule.forRoot(options), adapter, {
    logger: nestLogger(log),
    bodyParser: false,
    abortOnError: false,
  });
  try {
    const own = settings.roles.includes('worker') ? app.get<QueueBackend>(QUEUE_BACKEND, { strict: false }) : null;
    const board = queueBoard({ queues: queueNames, backend: () => (own ? Promise.resolve(own) : lazyQueues.open()) });
    await assembleHttp(app, {
      log,
      publicUrl: settings.publicUrl,
      parts: [board],
      addRoutes: async (server) => {
        if (options.consoleFolder !== undefined) await serveConsole(server, options.consoleFolder);
      },
    });
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw listenTrouble(error, settings);
  }
  const stop = async () => {
    app.get(Operations).beginStopping();
    await app.close();
    await lazyQueues.close();
  };
  return { app, url: urlOf(app.getHttpServer().address() as AddressInfo), stop };
}

async function startWithoutApi(
  options: ProcessOptions,
  settings: ProcessOptions['platform']['settings'],
  logger: ReturnType<typeof nestLogger>,
): Promise<RunningProcess> {
  const app = await NestFactory.createApplicationContext(ProcessModule.forRoot(options), {
    logger,
    abortOnError: false,
  });
  const operations = app.get(Operations);
  const server = operationsServer(operations);
  server.listen(settings.port, settings.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await app.close();
    throw listenTrouble(error, settings);
  }
  const stop = async () => {
    operations.beginStopping();
    await app.close();
    server.close();
    server.closeAllConnections();
  };
  return { app, url: urlOf(server.address() as AddressInfo), stop };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
