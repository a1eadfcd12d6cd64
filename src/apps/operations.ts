import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or what is wrong in a few words. */
  readonly checks: Readonly<Record<string, string>>;
  /** What does not keep the process from working and wants an operator's look all the same. */
  readonly warnings: Readonly<Record<string, string>>;
}

/** Answers what operators ask of a process: is it alive, can it work, what are its numbers. */
export class Operations {
  private stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Registry,
    private readonly queueHealth: (() => Promise<{ ok: true } | { ok: false; reason: string }>) | null,
    private readonly notificationTrouble: () => Promise<string | null>,
  ) {}

  /** From now on the process is not ready: it takes nothing new. */
  beginStopping(): void {
    this.stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const [database, queue, notifications] = await Promise.all([this.database(), this.queue(), this.notifications()]);
    const checks = {
      database,
      ...(queue === null ? {} : { queue }),
      ...(this.stopping ? { process: 'is stopping' } : {}),
    };
    return {
      ready: Object.values(checks).every((check) => check === 'ok'),
      checks,
      warnings: notifications === null ? {} : { notifications },
    };
  }

  async metricsText(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.metrics.contentType, text: await this.metrics.metrics() };
  }

  private async database(): Promise<string> {
    // The reason stays in the log: driver errors name hosts and users.
    return this.dataSource.query('SELECT 1').then(
      () => 'ok',
      () => 'does not answer',
    );
  }

  /** While the database does not answer, that is the news. */
  private async notifications(): Promise<string | null> {
    return this.notificationTrouble().catch(() => null);
  }

  private async queue(): Promise<string | null> {
    if (!this.queueHealth) return null;
    const health = await this.queueHealth();
    return health.ok ? 'ok' : 'does not answer';
  }
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
