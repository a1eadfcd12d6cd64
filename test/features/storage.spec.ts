import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageProofStore } from '../../src/features/incidents/storage-proof.store.js';
import { StorageWatch } from '../../src/features/incidents/storage-watch.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { StorageHealth } from '../../src/platform/database/storage-health.js';
import { storageCauseOf } from '../../src/platform/database/storage-cause.js';
import { toProblem } from '../../src/platform/http/problem.filter.js';
import { eventually } from '../support/eventually.js';
import type { ApiAnswer } from '../support/api.js';
import { withAdmin } from '../support/test-server.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const anna = 'anna@example.com';
const mebibyte = 1024 * 1024;

/** A file system of this size at a folder of its own; null where this account may not mount one. */
function mountSmall(bytes: number): { readonly folder: string; unmount(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  const unmount = () => {
    execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, unmount };
}

/** Lets a file grow until its file system has no page left: files of a table grow by eight kilobytes. */
function fillUp(file: string): void {
  for (let bytes = mebibyte; bytes >= 4096; bytes /= 2)
    for (let full = false; !full;)
      try {
        writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        full = true;
      }
}

describe('while nothing can be stored', () => {
  let stage: WholeStage;
  let name: string;
  let mailbox: string;

  beforeAll(async () => {
    stage = await WholeStage.open({ addresses: [anna], poolSize: 4, freshDatabase: true });
    name = new URL(stage.database.url).pathname.slice(1);
    mailbox = await stage.makeMailbox(anna, { outgoing: true });
  });
  afterAll(() => stage?.close());

  const send = (text: string) =>
    stage.client().post('/v1/outgoing-messages', { mailboxId: mailbox, to: [{ address: anna }], subject: 's', text });
  const problemOf = ({ status, body, headers }: ApiAnswer) => [status, body?.code, headers.get('retry-after')];
  const ready = async () => {
    const answer = await fetch(`${stage.process.url}/health/ready`);
    return { status: answer.status, warnings: ((await answer.json()) as { warnings: object }).warnings };
  };
  const metric = async () => (await fetch(`${stage.process.url}/metrics`)).text();
  const incidents = () => stage.client().all('/v1/incidents');
  /** Ends the sessions of the pool, so that new ones begin with the present settings; the pool notices in its own time. */
  const beginAnew = () =>
    withAdmin((admin) =>
      admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]),
    );

  it('a database that takes no changes is 503 with the cause, a warning and then an incident', async () => {
    await withAdmin((admin) => admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`));
    await beginAnew();
    await eventually(async () => expect(problemOf(await send('one'))).toEqual([503, 'storage-read-only', '60']));
    expect((await send('two')).body.remediation).toContain('standby');
    // What is there can be read, and says what is wrong.
    expect((await stage.client().get(`/v1/mailboxes/${mailbox}`)).status).toBe(200);
    expect(await ready()).toEqual({
      status: 200,
      warnings: { storage: expect.stringMatching(/accepts no changes, since/) },
    });
    expect(succeeded(await stage.client().get('/v1/overview')).storage).toMatchObject({ trouble: 'read-only' });
    expect(stage.get(StorageHealth).trouble).toEqual({ cause: 'read-only', since: stage.clock.now() });
    expect(await metric()).toContain('postroom_storage_trouble{cause="read-only"} 1');
    await stage.get(StorageWatch).look();
    expect(stage.get(StorageHealth).trouble).not.toBeNull();
    expect(stage.logged()).toContain('nothing can be stored');

    await withAdmin((admin) => admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`));
    await beginAnew();
    await eventually(async () => {
      await stage.get(StorageWatch).look();
      expect(stage.get(StorageHealth).trouble).toBeNull();
    });
    expect((await send('three')).status).toBe(201);
    expect(await ready()).toEqual({ status: 200, warnings: {} });
    expect(await metric()).toContain('postroom_storage_trouble{cause="read-only"} 0');
    const [incident] = await incidents();
    expect(incident).toMatchObject({ scope: 'installation', code: 'StorageReadOnly', open: false, profileId: null });
    expect(incident.remedy).toContain('pg_is_in_recovery');
    // Whoever is limited to profiles can do nothing about it.
    const token = await stage.makeKey(['read'], [stage.profileId]);
    expect(await stage.client(token).all('/v1/incidents')).toEqual([]);
    expect((await stage.client(token).get(`/v1/incidents/${incident.id}`)).status).toBe(404);
    expect(succeeded(await stage.client(token).get('/v1/overview')).storage).toBeNull();
    const told = succeeded(await stage.client().get('/v1/events?limit=200')).items.filter(
      ({ subjectId }: { subjectId: string }) => subjectId === incident.id,
    );
    expect(told.map(({ type }: { type: string }) => type)).toEqual(['incident.opened', 'incident.closed']);
    await stage.plan();
    expect(await stage.client().all('/v1/notifications')).toEqual([]);
  });

  it('an open incident is closed by whichever process sees that it is over', async () => {
    const health = stage.get(StorageHealth);
    health.note({ code: '53100' });
    const proof = jest.spyOn(stage.get(StorageProofStore), 'succeeds').mockResolvedValueOnce(false);
    await stage.get(StorageWatch).look();
    proof.mockRestore();
    const [open] = await incidents();
    expect(open).toMatchObject({ scope: 'installation', code: 'StorageFull', open: true });
    expect((await stage.client().post(`/v1/incidents/${open.id}/check`)).status).toBe(409);
    succeeded(await stage.client().post(`/v1/incidents/${open.id}/acknowledge`));
    // As in a process that knows nothing of it.
    health.clear();
    for (let looks = 0; looks < 8; looks += 1) await stage.get(StorageWatch).look();
    expect((await incidents())[0]).toMatchObject({ id: open.id, open: false });
  });

  it('needs nothing but its own tables to learn that there is room', async () => {
    const role = `plain_${randomBytes(4).toString('hex')}`;
    await withAdmin(async (admin) => {
      await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
      await admin.query(`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
    });
    await stage.dataSource.query(`ALTER TABLE storage_proof OWNER TO ${role}`);
    const url = Object.assign(new URL(stage.database.url), { username: role, password: 'secret' });
    const plain = createDataSource({ url: url.href, poolSize: 1, entities: [] });
    await plain.initialize();
    try {
      const proof = new StorageProofStore(plain);
      expect(await proof.succeeds()).toBe(true);
      expect(await stage.dataSource.query(`SELECT pg_relation_size('storage_proof')::integer AS bytes`)).toEqual([
        { bytes: 0 },
      ]);
      // What is not about room is no proof of its lack.
      await stage.dataSource.query('ALTER TABLE storage_proof OWNER TO CURRENT_USER');
      await expect(proof.succeeds()).rejects.toThrow('permission denied');
    } finally {
      await plain.destroy();
      await stage.dataSource.query('ALTER TABLE storage_proof OWNER TO CURRENT_USER');
      await withAdmin((admin) => admin.query(`DROP ROLE ${role}`));
    }
  });

  it('a limit of the configuration is told apart from a bug', async () => {
    const connection = stage.dataSource.createQueryRunner();
    await connection.connect();
    try {
      await connection.query(`SET temp_file_limit = '64kB'`);
      await connection.query(`SET work_mem = '64kB'`);
      const error: unknown = await connection
        .query(
          `SELECT count(*) FROM (SELECT repeat('x', 100) || n AS t FROM generate_series(1, 100000) n ORDER BY t) s`,
        )
        .catch((thrown: unknown) => thrown);
      expect(storageCauseOf(error)).toBe('exhausted');
      expect(toProblem(error).kind.code).toBe('storage-exhausted');
      await connection.query('RESET temp_file_limit');
    } finally {
      await connection.release();
    }
    stage.get(StorageHealth).clear();
    for (const code of ['ENOSPC', 'EDQUOT'])
      expect(toProblem(Object.assign(new Error('write'), { code })).kind.code).toBe('storage-full');
    expect(toProblem(new Error('nothing of it')).kind.code).toBe('internal-error');
  });

  const small = mountSmall(64 * mebibyte);
  afterAll(() => small?.unmount());

  (small ? it : it.skip)('a disk that is full is 503 until there is room again (needs mount)', async () => {
    const folder = small?.folder ?? '';
    const filler = join(folder, 'filler');
    await withAdmin(async (admin) => {
      const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory');
      const { uid, gid } = statSync(rows[0]?.data_directory ?? '/');
      chownSync(folder, uid, gid);
      await admin.query(`DROP TABLESPACE IF EXISTS small`);
      await admin.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
      await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    });
    await beginAnew();
    await withAdmin(async (admin) => {
      await eventually(() => admin.query(`ALTER DATABASE ${name} SET TABLESPACE small`));
      await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    });
    const large = 'x'.repeat(100) + Array.from({ length: 60_000 }, () => Math.random().toString(36)).join(' ');
    await eventually(async () => expect((await send('before')).status).toBe(201));
    try {
      fillUp(filler);
      expect(problemOf(await send(large))).toEqual([503, 'storage-full', '60']);
      expect((await stage.client().get(`/v1/mailboxes/${mailbox}`)).status).toBe(200);
      expect(await ready()).toEqual({
        status: 200,
        warnings: { storage: expect.stringMatching(/disk is full, since/) },
      });
      // Room for a few small rows, and not for mail.
      fillUp(filler);
      truncateSync(filler, statSync(filler).size - 64 * 1024);
      await stage.get(StorageWatch).look();
      expect(stage.get(StorageHealth).trouble).toMatchObject({ cause: 'full' });
      expect(succeeded(await stage.client().get('/v1/overview')).storage).toMatchObject({ trouble: 'full' });
    } finally {
      if (existsSync(filler)) rmSync(filler);
    }
    await stage.get(StorageWatch).look();
    expect(stage.get(StorageHealth).trouble).toBeNull();
    expect((await send(large)).status).toBe(201);
    expect(await ready()).toEqual({ status: 200, warnings: {} });
    expect((await incidents())[0]).toMatchObject({ scope: 'installation', code: 'StorageFull', open: false });
    // Back, so that the file system can go.
    await withAdmin((admin) => admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`));
    await beginAnew();
    await withAdmin(async (admin) => {
      await eventually(() => admin.query(`ALTER DATABASE ${name} SET TABLESPACE pg_default`));
      await admin.query(`DROP TABLESPACE small`);
      await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    });
  });
});
