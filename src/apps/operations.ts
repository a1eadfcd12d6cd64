import { createServer, type Server } from 'node:http';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { HealthConnection } from '../platform/database/health-connection.js';
import type { StorageCause } from '../platform/database/storage-cause.js';
import type { StorageHealth } from '../platform/database/storage-health.js';
import { settlesWithin } from '../platform/queue/time-limit.js';

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or what is wrong in a few words. */
  readonly checks: Readonly<Record<string, string>>;
  /** What does not keep the process from working and wants an operator's look all the same. */
  readonly warnings: Readonly<Record<string, string>>;
}

/** For each check, and so for the whole answer, because the checks run in parallel. Probes wait only a few seconds. */
export const checkMs = 2_000;

const storageWords: Readonly<Record<StorageCause, string>> = {
  full: 'nothing can be stored, because the disk is full',
  'read-only': 'nothing can be stored, because the database accepts no changes',
  exhausted: 'the database is out of memory or at a limit of its configuration',
};

/** Answers what operators ask of a process: is it alive, can it work, what are its numbers. */
export class Operations implements OnApplicationShutdown {
  private stopping = false;
  private askingForNotifications: Promise<string | null> | null = null;

  constructor(
    private readonly connection: HealthConnection,
    private readonly metrics: Registry,
    private readonly storage: StorageHealth,
    private readonly queueHealth: (() => Promise<{ ok: true } | { ok: false; reason: string }>) | null,
    private readonly notificationTrouble: () => Promise<string | null>,
  ) {}

  /** From now on the process is not ready: it takes nothing new. */
  beginStopping(): void {
    this.stopping = true;
  }

  /** Called by Nest when the server has closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }

  /** Answers within about two seconds, even if a dependency hangs. */
  async readiness(): Promise<Readiness> {
    const [database, queue, notifications] = await Promise.all([this.database(), this.queue(), this.notifications()]);
    const checks = {
      database,
      ...(queue === null ? {} : { queue }),
      ...(this.stopping ? { process: 'is stopping' } : {}),
    };
    const { trouble } = this.storage;
    return {
      ready: Object.values(checks).every((check) => check === 'ok'),
      checks,
      // Not a check: reads still work, and a process without traffic could not show the problem.
      warnings: {
        ...(trouble ? { storage: `${storageWords[trouble.cause]}, since ${trouble.since.toISOString()}` } : {}),
        ...(notifications === null ? {} : { notifications }),
      },
    };
  }

  async metricsText(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.metrics.contentType, text: await this.metrics.metrics() };
  }

  private async database(): Promise<string> {
    return (await this.connection.answers()) ? 'ok' : 'does not answer';
  }

  /**
   * Omitted if the database does not answer. At most one query at a time, because each would hang with the database.
   */
  private async notifications(): Promise<string | null> {
    this.askingForNotifications ??= this.notificationTrouble()
      .catch(() => null)
      .finally(() => (this.askingForNotifications = null));
    return inTime(this.askingForNotifications, null);
  }

  private async queue(): Promise<string | null> {
    if (!this.queueHealth) return null;
    const health = await inTime<{ readonly ok: boolean }>(this.queueHealth(), { ok: false });
    return health.ok ? 'ok' : 'does not answer';
  }
}

/** The result, or `otherwise` if it takes too long. */
async function inTime<T>(question: Promise<T>, otherwise: T): Promise<T> {
  let answer = otherwise;
  await settlesWithin(
    question.then((given) => (answer = given)),
    checkMs,
  );
  return answer;
}

/** The same answers by HTTP for processes without the API; everything else is 404. */
export function operationsServer(operations: Operations): Server {
  return createServer((request, response) => {
    const send = (status: number, contentType: string, body: string) =>
      response.writeHead(status, { 'content-type': contentType }).end(body);
    const json = (status: number, body: unknown) =>
      send(status, 'application/json; charset=utf-8', JSON.stringify(body));
    const answer = async () => {
      switch (request.url?.split('?', 1)[0]) {
        case '/health/live':
          return json(200, { live: true });
        case '/health/ready': {
          const readiness = await operations.readiness();
          return json(readiness.ready ? 200 : 503, readiness);
        }
        case '/metrics': {
          const { contentType, text } = await operations.metricsText();
          return send(200, contentType, text);
        }
        default:
          return json(404, { title: 'There is nothing at this address' });
      }
    };
    answer().catch(() => json(500, { title: 'Something went wrong on our side' }));
  });
}
