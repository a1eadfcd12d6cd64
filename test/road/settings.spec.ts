import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSources, type CompiledSources } from '../support/compiled-sources.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startProgram, type Program } from '../support/program.js';

const secret = 'hunter2-is-no-secret-any-more';

describe('starting with settings', () => {
  let compiled: CompiledSources;
  let folder: string;
  let database: TestDatabase;
  const started: Program[] = [];
  const secretKeys = `k1:${randomBytes(32).toString('base64')}`;

  beforeAll(async () => {
    compiled = await compileSources('src', 'migrations');
    folder = await mkdtemp(join(tmpdir(), 'postroom-settings-'));
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
    await compiled.remove();
  });

  // One that was not refused runs on.
  afterEach(async () => {
    await Promise.all(started.splice(0).map((program) => program.stop()));
  });

  const refused = async (settings: Record<string, string>, args: string[] = []) => {
    const program = startProgram(compiled, settings, folder, args);
    started.push(program);
    const { code } = await program.exited;
    const output = program.output();
    expect({ code, output }).toMatchObject({ code: 1 });
    expect(output).toContain('Postroom cannot start');
    for (const value of [secret, secretKeys.slice(3)]) expect(output).not.toContain(value);
    return output;
  };

  it.each([
    ['DATABASE_URL', `mysql://user:${secret}@db/postroom`, 'postgres://user:password@host:5432/postroom'],
    ['REDIS_URL', `http://:${secret}@queue`, 'redis://host:6379'],
    ['PORT', 'http', 'a port number from 0 to 65535'],
    ['PORT', '70000', 'a port number from 0 to 65535'],
    ['ROLES', 'api,wroker', 'api, worker, listener'],
    ['ROLES', ' , ', 'api, worker, listener'],
    ['POSTROOM_SECRET_KEYS', secret, 'openssl rand -base64 32'],
    ['POSTROOM_SECRET_KEYS', 'k1:c2hvcnQ=', 'openssl rand -base64 32'],
    ['POSTROOM_ADMIN_KEY', 'hunter2', 'openssl rand -hex 24'],
    ['POSTROOM_ADMIN_KEY', `${secret} and more`, 'printable ASCII without spaces'],
    ['POSTROOM_SANDBOX', 'perhaps', 'true or false'],
    ['SMTP_URL', `https://user:${secret}@mail`, 'smtp://user:password@host:587'],
    ['NOTIFY_FROM', 'x', 'Postroom <postroom@example.com>'],
    ['NOTIFY_FROM', 'the postroom', 'Postroom <postroom@example.com>'],
    ['PUBLIC_URL', 'postroom.example.com', 'https://postroom.example.com'],
    ['LOG_LEVEL', 'loud', 'debug'],
  ])('refuses %s=%s, naming it and what to do', async (name, value, remedy) => {
    const output = await refused({ [name]: value });
    expect(output).toContain(name);
    expect(output).toContain(remedy);
  });

  it('does without the sandbox, as the image does, and says so when it is asked for', async () => {
    await rename(join(compiled.folder, 'src/sandbox'), join(compiled.folder, 'sandbox'));
    try {
      const shared = { DATABASE_URL: database.url, POSTROOM_SECRET_KEYS: secretKeys };
      const program = startProgram(compiled, shared, folder);
      started.push(program);
      expect((await fetch(`${await program.url()}/health/live`)).status).toBe(200);
      expect(await refused({ ...shared, POSTROOM_SANDBOX: 'true' })).toContain('npx postroom sandbox');
    } finally {
      await rename(join(compiled.folder, 'sandbox'), join(compiled.folder, 'src/sandbox'));
    }
  });

  it('requires POSTROOM_SECRET_KEYS on a database that other processes share', async () => {
    const output = await refused({ DATABASE_URL: database.url });
    expect(output).toMatch(/POSTROOM_SECRET_KEYS is required.*\n?.*openssl rand -base64 32/);
  });

  it('names every wrong setting in one go', async () => {
    const output = await refused({ PORT: 'http', LOG_LEVEL: 'loud', ROLES: 'api' });
    expect(output).toContain('PORT');
    expect(output).toContain('LOG_LEVEL');
    expect(output).not.toContain('ROLES');
  });

  it('refuses a data folder that cannot be made', async () => {
    const output = await refused({ POSTROOM_DATA_DIR: '/dev/null/postroom' });
    expect(output).toContain('POSTROOM_DATA_DIR');
  });

  it('refuses an address that is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const set = { DATABASE_URL: database.url, POSTROOM_SECRET_KEYS: secretKeys, PORT: String(port) };
    for (const ROLES of ['api', 'worker']) expect(await refused({ ...set, ROLES })).toContain('PORT');
    await new Promise((resolve) => server.close(resolve));
  });

  it('refuses a host that is not here', async () => {
    const set = { DATABASE_URL: database.url, POSTROOM_SECRET_KEYS: secretKeys };
    expect(await refused({ ...set, ROLES: 'api', HOST: '192.0.2.1' })).toContain('HOST');
  });

  it('says which database does not answer, without its password', async () => {
    const set = {
      DATABASE_URL: `postgres://postroom:${secret}@127.0.0.1:1/postroom`,
      POSTROOM_SECRET_KEYS: secretKeys,
    };
    expect(await refused(set)).toContain('DATABASE_URL');
  });

  it('refuses a command that it does not know', async () => {
    const set = { DATABASE_URL: database.url, POSTROOM_SECRET_KEYS: secretKeys };
    expect(await refused(set, ['migrat'])).toContain('migrate');
  });

  it('migrates by command and ends', async () => {
    const set = { DATABASE_URL: database.url, POSTROOM_SECRET_KEYS: secretKeys };
    expect(await startProgram(compiled, set, folder, ['migrate']).exited).toEqual({ code: 0, signal: null });
  });

  it('serves a worker’s health and metrics, and no API', async () => {
    const set = { DATABASE_URL: database.url, POSTROOM_SECRET_KEYS: secretKeys, ROLES: 'worker' };
    const program = startProgram(compiled, set, folder);
    try {
      const url = await program.url();
      expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ live: true });
      expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ ready: true });
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('postroom_runs_total');
      for (const path of ['/v1/mailboxes', '/v1/events', '/openapi.json', '/docs'])
        expect(await fetch(url + path)).toMatchObject({ status: 404 });
      expect(await program.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await program.kill();
    }
  });
});
