import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Injectable } from '@nestjs/common';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import pg from 'pg';
import { z } from 'zod';
import { InvalidJobPayloadError, defineJob } from '../../src/platform/queue/job-definition.js';
import { HandlesJob } from '../../src/platform/queue/job-handler.js';
import type { JobContext } from '../../src/platform/queue/job-handler.js';
import { JobQueue, QueueUnavailableError } from '../../src/platform/queue/job-queue.js';
import type { FinishedJob } from '../../src/platform/queue/job-runner.js';
import { JobWorkers } from '../../src/platform/queue/job-workers.js';
import { QUEUE_BACKEND } from '../../src/platform/queue/queue-options.js';
import type { QueueModuleOptions } from '../../src/platform/queue/queue-options.js';
import type { QueueBackend } from '../../src/platform/queue/queue-backend.js';
import { QueueModule } from '../../src/platform/queue/queue.module.js';
import { compileSources } from '../support/compiled-sources.js';
import type { CompiledSources } from '../support/compiled-sources.js';
import { eventually } from '../support/eventually.js';
import { describeWithRedis, startRedis } from '../support/redis.js';
import type { TestRedis } from '../support/redis.js';

const syncJob = defineJob({ name: 'sync', queue: 'mail', payload: z.object({ id: z.string() }) });
const sendJob = defineJob({ name: 'send', queue: 'mail', payload: z.object({ id: z.string() }) });

/** What a job does is each test's own affair. */
type Behaviour = (payload: { id: string }, context: JobContext) => Promise<void>;

@Injectable()
class MailJobs {
  readonly seen: string[] = [];
  readonly contexts: JobContext[] = [];
  behaviour: Behaviour = async () => undefined;

  @HandlesJob(syncJob)
  async sync(payload: { id: string }, context: JobContext): Promise<void> {
    this.seen.push(payload.id);
    this.contexts.push(context);
    await this.behaviour(payload, context);
  }

  @HandlesJob(sendJob)
  async send(payload: { id: string }): Promise<void> {
    this.seen.push(`send ${payload.id}`);
  }
}

/** Promises that a test keeps in its hands. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((done) => (open = done));
  return { opened, open };
}

interface Server {
  readonly options: () => Pick<QueueModuleOptions, 'redisUrl' | 'databaseUrl' | 'prefix'>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

class LogBook {
  readonly lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  readonly info = (fields: object, message: string) => this.write('info', fields, message);
  readonly warn = (fields: object, message: string) => this.write('warn', fields, message);
  readonly error = (fields: object, message: string) => this.write('error', fields, message);

  private write(level: string, fields: object, message: string): void {
    this.lines.push({ level, message, fields: fields as Record<string, unknown> });
  }
}

interface Running {
  readonly app: INestApplicationContext;
  readonly queue: JobQueue;
  readonly jobs: MailJobs;
  readonly log: LogBook;
  readonly finished: FinishedJob[];
}

const running: INestApplicationContext[] = [];

async function launch(
  server: Server,
  options: Partial<QueueModuleOptions> & { providers?: Type[] } = {},
): Promise<Running> {
  const log = new LogBook();
  const finished: FinishedJob[] = [];
  const { providers = [MailJobs], ...rest } = options;
  const module = await Test.createTestingModule({
    imports: [
      QueueModule.forRoot({
        ...server.options(),
        jobs: [syncJob, sendJob],
        workers: { concurrency: 4, graceMs: 20_000 },
        log,
        onJobFinished: (job) => finished.push(job),
        ...rest,
      }),
    ],
    providers,
  }).compile();
  running.push(module);
  await module.init();
  const jobs = providers.includes(MailJobs) ? module.get(MailJobs) : new MailJobs();
  return { app: module, queue: module.get(JobQueue), jobs, log, finished };
}

async function closeAll(): Promise<void> {
  for (const app of running.splice(0)) await app.close();
}

const idle = (queue: JobQueue) =>
  eventually(async () => expect(await queue.depth('mail')).toEqual({ waiting: 0, active: 0 }));

function sameOnBoth(server: Server): void {
  beforeAll(server.start);
  afterAll(server.stop);
  afterEach(closeAll);
  // A prefix for each test: nothing of one reaches the next.
  let prefix: string;
  beforeEach(() => (prefix = `t${randomUUID().slice(0, 8)}`));
  const here: Server = { ...server, options: () => ({ ...server.options(), prefix }) };
  const producer = () => launch(here, { workers: undefined, providers: [] });

  it('hands a job to its handler, with how long it waited', async () => {
    const { queue, jobs, finished } = await launch(here);
    await queue.enqueue(syncJob, { id: 'a' });
    await queue.enqueue(sendJob, { id: 'b' });
    await eventually(() => finished.length === 2);
    expect([...jobs.seen].sort()).toEqual(['a', 'send b']);
    expect(jobs.contexts[0]!.signal.aborted).toBe(false);
    expect(Date.now() - jobs.contexts[0]!.enqueuedAt.getTime()).toBeLessThan(20_000);
    expect(jobs.contexts[0]!.waitMs).toBeGreaterThanOrEqual(0);
    expect(finished).toContainEqual(
      expect.objectContaining({ queue: 'mail', name: 'send', outcome: 'completed', runMs: expect.any(Number) }),
    );
    await idle(queue);
  });

  it('keeps jobs for a process that only comes later', async () => {
    const { queue } = await producer();
    await queue.enqueue(syncJob, { id: 'a' });
    expect(await queue.depth('mail')).toEqual({ waiting: 1, active: 0 });
    const { jobs } = await launch(here);
    await eventually(() => jobs.seen.length === 1);
  });

  it('refuses a wrong payload where it enters, whole batches too, and shows no value', async () => {
    const { queue } = await producer();
    const wrong = { id: 7_777 } as unknown as { id: string };
    await expect(queue.enqueue(syncJob, wrong)).rejects.toThrow(InvalidJobPayloadError);
    await expect(queue.enqueue(syncJob, wrong)).rejects.toThrow(/^Payload of job sync: id: invalid_type$/);
    await expect(queue.enqueueMany(syncJob, [{ payload: { id: 'a' } }, { payload: wrong }])).rejects.toThrow(/id/);
    await expect(queue.enqueue(syncJob, { id: 'a\0b' })).rejects.toThrow(/NUL/);
    expect(await queue.depth('mail')).toEqual({ waiting: 0, active: 0 });
  });

  it('refuses a wrong payload and an unknown job where they leave', async () => {
    const { app, jobs, finished, log } = await launch(here);
    const raw = await app.get<QueueBackend>(QUEUE_BACKEND).queue('mail');
    await raw.add('sync', { id: 42 });
    await raw.add('no-such-job', {});
    await eventually(() => finished.length === 2);
    expect(finished.map((job) => job.outcome)).toEqual(['refused', 'refused']);
    expect(jobs.seen).toEqual([]);
    expect(log.lines.filter((line) => line.level === 'error')).toHaveLength(2);
  });

  it('takes 5,000 jobs at once and drops those that wait already', async () => {
    const { queue } = await producer();
    const batch = Array.from({ length: 5_000 }, (_, index) => ({ payload: { id: `m${index}` }, id: `m${index}` }));
    await queue.enqueueMany(syncJob, batch);
    await queue.enqueueMany(syncJob, batch.slice(0, 2_500));
    await queue.enqueueMany(syncJob, [batch[0]!, batch[0]!]);
    expect(await queue.depth('mail')).toEqual({ waiting: 5_000, active: 0 });
    const { jobs } = await launch(here, { workers: { concurrency: 50 } });
    await eventually(() => jobs.seen.length === 5_000);
    await idle(queue);
    expect(new Set(jobs.seen).size).toBe(5_000);
    expect(jobs.seen).toHaveLength(5_000);
  });

  it('takes the lanes in their order, and within one the oldest first', async () => {
    const { queue } = await producer();
    await queue.enqueueMany(
      syncJob,
      ['import 1', 'import 2'].map((id) => ({ payload: { id }, priority: 30 })),
    );
    await queue.enqueueMany(
      syncJob,
      ['routine 1', 'routine 2'].map((id) => ({ payload: { id }, priority: 20 })),
    );
    await queue.enqueue(syncJob, { id: 'click' }, { priority: 10 });
    await queue.enqueue(syncJob, { id: 'first of all' });
    const { jobs } = await launch(here, { workers: { concurrency: 1 } });
    await eventually(() => jobs.seen.length === 6);
    expect(jobs.seen).toEqual(['first of all', 'click', 'routine 1', 'routine 2', 'import 1', 'import 2']);
  });

  it('drops a job while one of its id runs, and takes it again after success and after failure', async () => {
    const { queue, jobs, finished } = await launch(here);
    const hold = gate();
    jobs.behaviour = () => hold.opened;
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await eventually(() => jobs.seen.length === 1);
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await queue.enqueueMany(syncJob, [{ payload: { id: 'a' }, id: 'a' }]);
    await queue.enqueue(syncJob, { id: 'other' }, { id: 'other' });
    await eventually(() => jobs.seen.length === 2);
    expect(await queue.depth('mail')).toEqual({ waiting: 0, active: 2 });
    hold.open();
    await idle(queue);
    expect(jobs.seen).toEqual(['a', 'other']);

    jobs.behaviour = () => Promise.reject(new Error('on purpose'));
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await eventually(() => finished.length === 3);
    await idle(queue);
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await eventually(() => finished.length === 4);
    expect(finished.map((job) => job.outcome)).toEqual(['completed', 'completed', 'failed', 'failed']);
  });

  it('logs what a handler throws, keeps nothing of it, and goes on', async () => {
    const { app, queue, jobs, finished, log } = await launch(here, {
      onJobFinished: () => {
        throw new Error('a broken hook');
      },
    });
    jobs.behaviour = () => Promise.reject(new Error('secret words of the server'));
    await queue.enqueue(syncJob, { id: 'a' });
    await eventually(() => log.lines.some((line) => line.message === 'Job failed'));
    jobs.behaviour = async () => undefined;
    await queue.enqueue(syncJob, { id: 'b' });
    await eventually(() => jobs.seen.length === 2);
    await idle(queue);
    expect(finished).toEqual([]);
    const raw = await app.get<QueueBackend>(QUEUE_BACKEND).queue('mail');
    expect(await raw.getJobs(['failed', 'completed'])).toEqual([]);
    const failure = log.lines.find((line) => line.message === 'Job failed')!;
    expect(failure).toMatchObject({ level: 'error', fields: { queue: 'mail', job: 'sync' } });
    expect((failure.fields.err as Error).message).toBe('secret words of the server');
  });

  it('lets running jobs finish when it stops, and leaves the others waiting', async () => {
    const { queue } = await producer();
    const worker = await launch(here, { workers: { concurrency: 1, graceMs: 20_000 } });
    const hold = gate();
    worker.jobs.behaviour = () => hold.opened;
    await queue.enqueueMany(
      syncJob,
      ['a', 'b', 'c'].map((id) => ({ payload: { id } })),
    );
    await eventually(() => worker.jobs.seen.length === 1);
    const stopped = worker.app.get(JobWorkers).stop();
    hold.open();
    await stopped;
    expect(worker.finished.map((job) => job.outcome)).toEqual(['completed']);
    expect(worker.jobs.contexts[0]!.signal.aborted).toBe(false);
    expect(await queue.depth('mail')).toEqual({ waiting: 2, active: 0 });
  });

  it('aborts a job that outlasts the grace time', async () => {
    const { app, queue, jobs, log, finished } = await launch(here, { workers: { graceMs: 50 } });
    jobs.behaviour = (_, { signal }) =>
      new Promise((_done, fail) => {
        signal.addEventListener('abort', () => fail(signal.reason as Error));
      });
    await queue.enqueue(syncJob, { id: 'a' });
    await eventually(() => jobs.seen.length === 1);
    await app.get(JobWorkers).stop();
    expect(finished.map((job) => job.outcome)).toEqual(['failed']);
    expect(log.lines.filter((line) => line.level === 'error')).toEqual([]);
    expect(log.lines.map((line) => line.message)).toContain('Jobs outlasted the grace time; aborting them');
  });

  it('shares the work between two processes', async () => {
    const { queue } = await producer();
    const hold = gate();
    const two = [
      await launch(here, { workers: { concurrency: 2 } }),
      await launch(here, { workers: { concurrency: 2 } }),
    ];
    for (const one of two) one.jobs.behaviour = () => hold.opened;
    const ids = Array.from({ length: 200 }, (_, index) => `m${index}`);
    await queue.enqueueMany(
      syncJob,
      ids.map((id) => ({ payload: { id }, id })),
    );
    await eventually(() => two.every((one) => one.jobs.seen.length === 2));
    hold.open();
    await idle(queue);
    expect(two.flatMap((one) => one.jobs.seen).sort()).toEqual([...ids].sort());
  });

  it('gives the jobs of a killed process to another', async () => {
    const { folder } = sources;
    const child = spawn(process.execPath, [join(folder, 'worker.js'), JSON.stringify(here.options())]);
    const lines = createInterface(child.stdout);
    const taken = new Promise<void>((done, fail) => {
      lines.once('line', () => done());
      child.once('exit', (code) => fail(new Error(`the worker has ended with ${code}`)));
    });
    const { queue } = await producer();
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await taken;
    child.kill('SIGKILL');
    const { jobs } = await launch(here);
    await eventually(() => jobs.seen.length === 1);
    await idle(queue);
    // Its id is free again as well.
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await eventually(() => jobs.seen.length === 2);
  });

  it('says whether its server answers', async () => {
    const { app } = await producer();
    expect(await app.get<QueueBackend>(QUEUE_BACKEND).healthy()).toEqual({ ok: true });
  });

  describe('does not start', () => {
    @Injectable()
    class SecondHandler {
      @HandlesJob(sendJob)
      async sendToo(): Promise<void> {}
    }
    const stray = defineJob({ name: 'stray', queue: 'mail', payload: z.object({}) });
    @Injectable()
    class StrayHandler {
      @HandlesJob(stray)
      async onStray(): Promise<void> {}
    }

    it.each<[string, Type[], QueueModuleOptions['jobs'], RegExp]>([
      ['without a handler', [MailJobs], [syncJob, sendJob, stray], /job stray has no handler/],
      [
        'with two handlers',
        [MailJobs, SecondHandler],
        [syncJob, sendJob],
        /job send has several handlers: MailJobs.send, SecondHandler.sendToo/,
      ],
      [
        'with a handler of an unregistered job',
        [MailJobs, StrayHandler],
        [syncJob, sendJob],
        /StrayHandler.onStray handles the unregistered job stray/,
      ],
      [
        'with two jobs of one name',
        [MailJobs],
        [syncJob, sendJob, defineJob({ ...syncJob })],
        /queue mail has two jobs named sync/,
      ],
    ])('%s', async (_, providers, jobs, message) => {
      await expect(launch(here, { providers, jobs })).rejects.toThrow(message);
    });

    it('but needs no handlers where it only adds jobs', async () => {
      await producer();
    });
  });
}

let sources: CompiledSources;
beforeAll(async () => {
  sources = await compileSources('src/platform/queue', 'src/platform/database/health-connection.ts');
  await writeFile(
    join(sources.folder, 'worker.js'),
    `import { createQueueBackend } from './src/platform/queue/create-queue-backend.js';
     const log = { info() {}, warn() {}, error() {} };
     const backend = await createQueueBackend({ ...JSON.parse(process.argv[2]), log });
     await backend.worker('mail', async () => { console.log('taken'); await new Promise(() => {}); }, { concurrency: 1 });`,
  );
});
afterAll(() => sources.remove());

describe('names of jobs', () => {
  it.each(['', 'Sync', 'a:b', 'a b', '1st'])('refuses %j', (name) => {
    expect(() => defineJob({ name, queue: 'mail', payload: z.object({}) })).toThrow(TypeError);
  });
});

describe('the queue on PostgreSQL', () => {
  const admin = process.env.POSTROOM_TEST_PG!;
  const name = `queue_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const onAdmin = async (sql: string) => {
    const client = new pg.Client({ connectionString: admin });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const server: Server = {
    options: () => ({ databaseUrl: url.toString() }),
    start: () => onAdmin(`CREATE DATABASE ${name}`),
    stop: () => onAdmin(`DROP DATABASE ${name} WITH (FORCE)`),
  };
  sameOnBoth(server);

  it('survives that PostgreSQL cuts all its connections', async () => {
    const { queue, jobs, log } = await launch(server);
    await queue.enqueue(syncJob, { id: 'a' });
    await eventually(() => jobs.seen.length === 1);
    await onAdmin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await eventually(() => queue.enqueue(syncJob, { id: 'b' }));
    await eventually(() => jobs.seen.includes('b'));
    expect(log.lines.filter((line) => line.message.startsWith('Trouble')).length).toBeLessThan(5);
  });

  it('fails to start when PostgreSQL is not there', async () => {
    await expect(launch(server, { databaseUrl: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toThrow(/ECONNREFUSED/);
  });
});

describeWithRedis('the queue on Redis', () => {
  let redis: TestRedis;
  const server: Server = {
    options: () => ({ redisUrl: redis.url, prefix: redis.prefix, databaseUrl: 'postgres://unused' }),
    start: async () => {
      redis = await startRedis();
    },
    stop: () => redis.stop(),
  };
  sameOnBoth(server);

  it('goes on after everything in Redis was lost, with an id in use and a job running', async () => {
    const { queue, jobs, finished } = await launch(server);
    const hold = gate();
    jobs.behaviour = () => hold.opened;
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await eventually(() => jobs.seen.length === 1);
    await redis.flush();
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await eventually(() => jobs.seen.length === 2);
    hold.open();
    await eventually(() => finished.length === 2);
    // A handler is done a moment before Redis releases the id.
    await idle(queue);
    await queue.enqueue(syncJob, { id: 'a' }, { id: 'a' });
    await eventually(() => jobs.seen.length === 3);
  });

  const onOwnServer = process.env.REDIS_URL ? it.skip : it;
  onOwnServer('survives a restart of a server of our own, refuses meanwhile, does not flood the log', async () => {
    const { app, queue, jobs, log } = await launch(server);
    const backend = app.get<QueueBackend>(QUEUE_BACKEND);
    await queue.enqueue(syncJob, { id: 'a' });
    await eventually(() => jobs.seen.length === 1);
    await redis.restart(async () => {
      await expect(queue.enqueue(syncJob, { id: 'lost' })).rejects.toThrow(QueueUnavailableError);
      expect(await backend.healthy()).toMatchObject({ ok: false });
    });
    await eventually(async () => expect(await backend.healthy()).toEqual({ ok: true }));
    await queue.enqueue(syncJob, { id: 'b' });
    await eventually(() => jobs.seen.includes('b'));
    const troubles = log.lines.filter((line) => line.message.startsWith('Trouble'));
    expect(troubles.length).toBeGreaterThan(0);
    expect(troubles.length).toBeLessThan(5);
  });

  it('starts and stops while the server is away', async () => {
    const { app } = await launch(server, { redisUrl: 'redis://127.0.0.1:1' });
    expect(await app.get<QueueBackend>(QUEUE_BACKEND).healthy()).toMatchObject({ ok: false });
    await closeAll();
  });
});
