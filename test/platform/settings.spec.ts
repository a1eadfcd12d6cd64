import { randomBytes } from 'node:crypto';
import { readSettings, SettingsError } from '../../src/platform/config/settings.js';

const key = `k1:${randomBytes(32).toString('base64')}`;

it('needs nothing: everything has a default', () => {
  expect(readSettings({})).toMatchObject({
    databaseUrl: null,
    redisUrl: null,
    host: '127.0.0.1',
    port: 3000,
    roles: ['api', 'worker', 'listener'],
    dataDir: '.postroom',
    secretKeys: null,
    adminKey: null,
    sandbox: true,
    smtpUrl: null,
    notifyFrom: 'Postroom <postroom@localhost>',
    publicUrl: null,
    trustedProxies: { kind: 'networks', networks: ['loopback'] },
    workerConcurrency: 50,
    databasePoolSize: 20,
    logLevel: 'info',
    logFormat: 'auto',
  });
});

it('takes an empty variable for one that is not set', () => {
  const names = ['DATABASE_URL', 'REDIS_URL', 'HOST', 'PORT', 'ROLES', 'POSTROOM_SECRET_KEYS', 'SMTP_URL', 'LOG_LEVEL'];
  expect(readSettings(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readSettings({}));
});

it.each([
  [{ PORT: '0' }, { port: 0 }],
  [
    { WORKER_CONCURRENCY: '200', DATABASE_POOL_SIZE: '40' },
    { workerConcurrency: 200, databasePoolSize: 40 },
  ],
  [{ LOG_FORMAT: 'json' }, { logFormat: 'json' }],
  [{ ROLES: 'worker, api,worker' }, { roles: ['worker', 'api'] }],
  [{ POSTROOM_SANDBOX: 'OFF' }, { sandbox: false }],
  [
    { POSTROOM_SANDBOX: '1', DATABASE_URL: 'postgresql://u:p@h/d', POSTROOM_SECRET_KEYS: key },
    { sandbox: true, secretKeys: key },
  ],
  [
    { DATABASE_URL: 'postgres://u:p@h/d', POSTROOM_SECRET_KEYS: key },
    { sandbox: false, databaseUrl: 'postgres://u:p@h/d' },
  ],
  [{ PUBLIC_URL: 'https://mail.example.com/postroom//' }, { publicUrl: 'https://mail.example.com/postroom' }],
  [{ REDIS_URL: 'rediss://h:6380' }, { redisUrl: 'rediss://h:6380' }],
  [{ TRUST_PROXY: ' 2 ' }, { trustedProxies: { kind: 'hops', hops: 2 } }],
  [
    { TRUST_PROXY: 'loopback, 10.1.0.7,fd00::/8' },
    { trustedProxies: { kind: 'networks', networks: ['loopback', '10.1.0.7', 'fd00::/8'] } },
  ],
])('reads %j', (environment, expected) => {
  expect(readSettings(environment)).toMatchObject(expected);
});

describe('a wrong setting names itself and the remedy, and repeats no secret', () => {
  const secret = 'Hunter2-Secret';
  it.each([
    ['DATABASE_URL', `mysql://u:${secret}@h/d`, 'such as postgres://'],
    ['DATABASE_URL', secret, 'such as postgres://'],
    ['REDIS_URL', `http://u:${secret}@h`, 'such as redis://'],
    ['PORT', '70000', '0 to 65535'],
    ['PORT', '-1', '0 to 65535'],
    ['WORKER_CONCURRENCY', '0', '1 to 1000'],
    ['DATABASE_POOL_SIZE', '4', '5 to 500'],
    ['DATABASE_POOL_SIZE', '20.5', 'a whole number'],
    ['PORT', '80.5', '0 to 65535'],
    ['PORT', 'http', '0 to 65535'],
    ['ROLES', 'api,wroker', 'out of api, worker, listener'],
    ['ROLES', ',', 'out of api, worker, listener'],
    ['POSTROOM_SECRET_KEYS', secret, 'id:base64'],
    ['POSTROOM_SECRET_KEYS', `k1:${Buffer.from(secret).toString('base64')}`, 'openssl rand -base64 32'],
    ['POSTROOM_SECRET_KEYS', `${key},${key}`, 'names the key id k1 twice'],
    ['POSTROOM_ADMIN_KEY', secret, 'at least 24 characters'],
    ['POSTROOM_ADMIN_KEY', `${secret} with spaces in between`, 'printable ASCII without spaces'],
    ['POSTROOM_SANDBOX', 'maybe', 'true or false'],
    ['SMTP_URL', `https://u:${secret}@h`, 'such as smtp://'],
    ['NOTIFY_FROM', 'x', 'must be'],
    ['PUBLIC_URL', 'postroom.example.com', 'such as https://'],
    ['TRUST_PROXY', secret, 'a comma-separated list of addresses'],
    ['TRUST_PROXY', 'true', 'loopback, linklocal, uniquelocal'],
    ['TRUST_PROXY', '11', '0 to 10'],
    ['TRUST_PROXY', '-1', '0 to 10'],
    ['TRUST_PROXY', '0.0.0.0/0', 'a comma-separated list of addresses'],
    ['TRUST_PROXY', '10.0.0.0/33', 'a comma-separated list of addresses'],
    ['TRUST_PROXY', 'loopback,,10.0.0.1', 'a comma-separated list of addresses'],
    ['LOG_LEVEL', 'chatty', 'one of fatal, error'],
  ])('%s', (name, value, remedy) => {
    const read = () => readSettings({ [name]: value });
    expect(read).toThrow(SettingsError);
    const { message } = catching(read);
    expect(message).toMatch(new RegExp(`^${name} `));
    expect(message).toContain(remedy);
    expect(message).not.toContain(secret);
    expect(message).not.toContain(Buffer.from(secret).toString('base64'));
    expect(message).not.toContain(key.slice(3));
  });

  it('and so does each of several', () => {
    const { message } = catching(() => readSettings({ PORT: 'x', LOG_LEVEL: 'x' }));
    expect(message.split('\n').map((line) => line.split(' ')[0])).toEqual(['PORT', 'LOG_LEVEL']);
  });

  it('keys are required where a database is shared', () => {
    const { message } = catching(() => readSettings({ DATABASE_URL: 'postgres://u:p@h/d' }));
    expect(message).toContain('POSTROOM_SECRET_KEYS is required');
    expect(message).toContain('openssl rand -base64 32');
  });
});

function catching(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
