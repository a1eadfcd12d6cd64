import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { DynamicModule, InjectionToken, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { BootstrapKey } from '../../src/features/identity/api-keys/bootstrap-key.js';
import { SystemClock, type Clock } from '../../src/platform/clock/clock.js';
import { readSettings, type Settings } from '../../src/platform/config/settings.js';
import { assembleHttp, createHttpAdapter } from '../../src/platform/http/http-server.js';
import { createLog, nestLogger } from '../../src/platform/log/log.js';
import { PlatformModule } from '../../src/platform/platform.module.js';
import { parseKeyRing } from '../../src/platform/secrets/key-ring.js';
import { SecretBox } from '../../src/platform/secrets/secret-box.js';

export interface ApiOptions {
  readonly dataSource: DataSource;
  /** ManualClock for a test that moves the time; the system's by default. */
  readonly clock?: Clock;
  readonly settings?: Partial<Settings>;
  readonly secretBox?: SecretBox;
  /** Providers of the modules to put something else in place of. */
  readonly overrides?: readonly { readonly provide: InjectionToken; readonly useValue: unknown }[];
}

export interface TestApi {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** Of a key that may do everything. */
  readonly adminToken: string;
  /** Everything logged so far, as text. */
  logged(): string;
  client(token?: string | null): ApiClient;
  close(): Promise<void>;
}

/** Starts modules as the API that production serves, on a free port. Their database must be migrated. */
export async function startApi(
  modules: readonly (Type | DynamicModule)[],
  { dataSource, clock = new SystemClock(), settings = {}, secretBox = testSecretBox(), overrides = [] }: ApiOptions,
): Promise<TestApi> {
  const { log, logged } = recordedLog();
  const allSettings = { ...readSettings({ PORT: '0' }), ...settings };
  const platform = PlatformModule.forRoot({
    settings: allSettings,
    dataSource,
    clock,
    log,
    secretBox,
    metrics: new Registry(),
  });
  const builder = Test.createTestingModule({ imports: [platform, ...modules] }).setLogger(nestLogger(log));
  for (const { provide, useValue } of overrides) builder.overrideProvider(provide).useValue(useValue);
  const testing = await builder.compile();
  const app = testing.createNestApplication<NestFastifyApplication>(
    createHttpAdapter(log, allSettings.trustedProxies),
    {
      bodyParser: false,
      logger: nestLogger(log),
    },
  );
  try {
    await assembleHttp(app, { log });
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  const adminToken = `admin-${randomBytes(24).toString('hex')}`;
  await app.get(BootstrapKey, { strict: false }).ensureBootstrapKey(adminToken);
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  return {
    app,
    url,
    adminToken,
    logged,
    client: (token = adminToken) => new ApiClient(url, token),
    close: () => app.close(),
  };
}

/** A box with a key made for this test. */
export function testSecretBox(): SecretBox {
  const ring = parseKeyRing(`test:${randomBytes(32).toString('base64')}`);
  if (typeof ring === 'string') throw new Error(ring);
  return new SecretBox(ring);
}

/** A log at its most talkative, kept to look for what must not be in it. */
export function recordedLog() {
  const lines: string[] = [];
  const sink = new PassThrough();
  sink.on('data', (line: Buffer) => lines.push(line.toString()));
  return { log: createLog('trace', sink), logged: () => lines.join('') };
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON where it is JSON, else the text; undefined when there is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks into answers of every shape
  readonly body: any;
}

/** Calls the API with one key, or with headers of its own. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly token: string | null,
    /** Sent with every call, such as a session’s cookie. */
    private readonly always: Readonly<Record<string, string>> = {},
  ) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.always,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : isJson ? JSON.parse(text) : text,
    };
  }

  get = (path: string, headers?: Record<string, string>) => this.call('GET', path, undefined, headers);
  post = (path: string, body?: unknown, headers?: Record<string, string>) => this.call('POST', path, body, headers);
  patch = (path: string, body?: unknown, headers?: Record<string, string>) => this.call('PATCH', path, body, headers);
  delete = (path: string, headers?: Record<string, string>) => this.call('DELETE', path, undefined, headers);

  /** Walks a list to its end. */
  async all(path: string): Promise<ApiAnswer['body'][]> {
    const items: ApiAnswer['body'][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await this.get(`${path}${path.includes('?') ? '&' : '?'}${cursor ? `cursor=${cursor}` : ''}`);
      if (page.status !== 200) throw new Error(`${path} answered ${page.status}`);
      items.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    return items;
  }
}
