import { isIP } from 'node:net';
import { z } from 'zod';
import { defaultTrustedProxies, parseTrustedProxies, type TrustedProxies } from '../http/trusted-proxies.js';
import { parseKeyRing } from '../secrets/key-ring.js';

export const roles = ['api', 'worker', 'listener'] as const;
export type Role = (typeof roles)[number];

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const urlOf = (protocols: string[], example: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    message: `must be an address such as ${example}`,
  });

const flag = z
  .string()
  .toLowerCase()
  .refine((value) => ['true', 'false', '1', '0', 'on', 'off'].includes(value), { message: 'must be true or false' })
  .transform((value) => ['true', '1', 'on'].includes(value));

const logFormats = ['auto', 'json', 'pretty'] as const;

const roleMessage = `must be a comma-separated list out of ${roles.join(', ')}`;

const roleList = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.enum(roles, { message: roleMessage })).min(1, { message: roleMessage }))
  .transform((list) => [...new Set(list)]);

/** `10.1.0.0/16` or `fd00::/8`; the part behind the slash in range for its family. */
const isNetwork = (text: string) => {
  const [address = '', bits = '', ...rest] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest;
};

const networkList = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .refine((list) => list.every(isNetwork), {
    message: 'must be a comma-separated list of networks such as 10.1.0.0/16 or fd00::/8',
  });

const trustedProxies = z.string().transform((value, context): TrustedProxies => {
  const parsed = parseTrustedProxies(value);
  if (parsed) return parsed;
  context.addIssue({
    code: 'custom',
    message:
      'must be a comma-separated list of addresses, networks and the names loopback, linklocal, uniquelocal (such as 10.1.0.7,fd00::/8), or the number of proxies in front, 0 to 10',
  });
  return z.NEVER;
});

/** Who may set a private address as the server of a profile. */
export type PrivateServersFor = 'administrators' | 'everyone' | 'nobody';
const privateServersFor = z.enum(['administrators', 'everyone', 'nobody'], {
  message: 'must be administrators, everyone or nobody',
});

const wholeNumber = (least: number, most: number, what = 'a whole number') => {
  const message = `must be ${what} from ${least} to ${most}`;
  return z.coerce.number({ message }).int({ message }).min(least, { message }).max(most, { message });
};

/** Without TLS only on this very machine, for a trial. */
const isIssuer = (text: string) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
};

const environment = z.object({
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/postroom').optional(),
  REDIS_URL: urlOf(['redis:', 'rediss:'], 'redis://host:6379').optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535, 'a port number').default(3000),
  ROLES: roleList.default([...roles]),
  POSTROOM_DATA_DIR: z.string().default('.postroom'),
  POSTROOM_SECRET_KEYS: z
    .string()
    .superRefine((value, context) => {
      const ring = parseKeyRing(value);
      if (typeof ring === 'string') context.addIssue({ code: 'custom', message: ring });
    })
    .optional(),
  POSTROOM_ADMIN_KEY: z
    .string()
    .min(24, { message: 'must be at least 24 characters; make one with: openssl rand -hex 24' })
    .regex(/^[\x21-\x7e]+$/, { message: 'must be printable ASCII without spaces' })
    .optional(),
  POSTROOM_SANDBOX: flag.optional(),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'smtp://user:password@host:587').optional(),
  NOTIFY_FROM: z
    .string()
    .regex(/^[^@\r\n]*[^@\s<]@[^@\s]+$/, { message: 'must be a sender such as Postroom <postroom@example.com>' })
    .default('Postroom <postroom@localhost>'),
  PUBLIC_URL: urlOf(['http:', 'https:'], 'https://postroom.example.com').optional(),
  TRUST_PROXY: trustedProxies.default(defaultTrustedProxies),
  PROFILE_PRIVATE_ADDRESSES: privateServersFor.default('administrators'),
  WEBHOOK_ALLOWED_NETWORKS: networkList.default([]),
  REQUIRE_MAILBOX_APPROVAL: flag.optional(),
  POSTROOM_OIDC_ISSUER: z
    .string()
    .refine(isIssuer, { message: 'must be an https address such as https://login.example.com' })
    .optional(),
  POSTROOM_OIDC_CLIENT_ID: z.string().optional(),
  POSTROOM_OIDC_CLIENT_SECRET: z.string().optional(),
  POSTROOM_OIDC_LABEL: z.string().max(60, { message: 'must be 60 characters at most' }).default('single sign-on'),
  POSTROOM_OIDC_DEFAULT_ROLE: z.enum(['viewer'], { message: 'must be viewer, or not set' }).optional(),
  WORKER_CONCURRENCY: wholeNumber(1, 1_000).default(50),
  DATABASE_POOL_SIZE: wholeNumber(5, 500).default(20),
  LOG_LEVEL: z.enum(logLevels, { message: `must be one of ${logLevels.join(', ')}` }).default('info'),
  LOG_FORMAT: z.enum(logFormats, { message: `must be one of ${logFormats.join(', ')}` }).default('auto'),
});

/** Single sign-on by OpenID Connect. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says. */
  readonly label: string;
  /** What people become who are not known yet; null: they are refused. */
  readonly defaultRole: 'viewer' | null;
}

/** The validated settings of one process; `null` stands for "not set". */
export interface Settings {
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly host: string;
  readonly port: number;
  readonly roles: readonly Role[];
  readonly dataDir: string;
  /** As in POSTROOM_SECRET_KEYS; null only when the data dir keeps the keys. */
  readonly secretKeys: string | null;
  readonly adminKey: string | null;
  readonly sandbox: boolean;
  readonly smtpUrl: string | null;
  readonly notifyFrom: string;
  /** How people reach the API, without a slash at the end; null: made from host and port. */
  readonly publicUrl: string | null;
  /** Proxies that are trusted for the client's address and for https. */
  readonly trustedProxies: TrustedProxies;
  readonly privateServersFor: PrivateServersFor;
  /** CIDRs inside which webhooks may go to private addresses, and without TLS. */
  readonly webhookAllowedNetworks: readonly string[];
  /** New mailboxes, and those whose address changes, wait until somebody approves them. */
  readonly requireMailboxApproval: boolean;
  /** Null: people sign in by password only. */
  readonly oidc: OidcSettings | null;
  /** Jobs at once in one worker process. They mostly wait for mail servers; each profile's budget limits what it gets of them. */
  readonly workerConcurrency: number;
  /** Connections of one process to PostgreSQL, at most: its runs mostly wait for mail servers and hold none meanwhile. */
  readonly databasePoolSize: number;
  readonly logLevel: (typeof logLevels)[number];
  /** auto: pretty on a terminal, JSON elsewhere. */
  readonly logFormat: (typeof logFormats)[number];
}

/** Says which setting is wrong and what to do; never repeats a value, which may be a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads the environment once, at start. An empty variable counts as not set, because compose files
 * and shells write `NAME=` for it.
 * @throws SettingsError naming every wrong setting with its remedy
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`).join('\n'));
  }
  const values = parsed.data;
  if (values.DATABASE_URL && !values.POSTROOM_SECRET_KEYS) {
    throw new SettingsError(
      'POSTROOM_SECRET_KEYS is required when DATABASE_URL is set, because every process on that database must share it; ' +
        'make one with: echo "k1:$(openssl rand -base64 32)"',
    );
  }
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    host: values.HOST,
    port: values.PORT,
    roles: values.ROLES,
    dataDir: values.POSTROOM_DATA_DIR,
    secretKeys: values.POSTROOM_SECRET_KEYS ?? null,
    adminKey: values.POSTROOM_ADMIN_KEY ?? null,
    sandbox: values.POSTROOM_SANDBOX ?? !values.DATABASE_URL,
    smtpUrl: values.SMTP_URL ?? null,
    notifyFrom: values.NOTIFY_FROM,
    publicUrl: values.PUBLIC_URL === undefined ? null : withoutSlashesBehind(values.PUBLIC_URL),
    trustedProxies: values.TRUST_PROXY,
    privateServersFor: values.PROFILE_PRIVATE_ADDRESSES,
    webhookAllowedNetworks: values.WEBHOOK_ALLOWED_NETWORKS,
    requireMailboxApproval: values.REQUIRE_MAILBOX_APPROVAL ?? false,
    oidc: oidcOf(values),
    workerConcurrency: values.WORKER_CONCURRENCY,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
  };
}

/** The only setting that the command `analyze` reads; it runs without the others. @throws SettingsError */
export function readPrivateServersFor(env: Readonly<Record<string, string | undefined>>): PrivateServersFor {
  const parsed = privateServersFor.default('administrators').safeParse(env['PROFILE_PRIVATE_ADDRESSES'] || undefined);
  if (parsed.success) return parsed.data;
  throw new SettingsError(`PROFILE_PRIVATE_ADDRESSES ${parsed.error.issues[0]?.message}`);
}

function withoutSlashesBehind(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

/** @throws SettingsError when only a part of it is set */
function oidcOf(values: z.output<typeof environment>): OidcSettings | null {
  const issuer = values.POSTROOM_OIDC_ISSUER;
  const clientId = values.POSTROOM_OIDC_CLIENT_ID;
  const clientSecret = values.POSTROOM_OIDC_CLIENT_SECRET;
  if (!issuer && !clientId && !clientSecret) return null;
  if (!issuer || !clientId || !clientSecret)
    throw new SettingsError(
      'POSTROOM_OIDC_ISSUER, POSTROOM_OIDC_CLIENT_ID and POSTROOM_OIDC_CLIENT_SECRET are set together, or none of them',
    );
  if (!values.PUBLIC_URL)
    throw new SettingsError('PUBLIC_URL is required with POSTROOM_OIDC_ISSUER, which sends people back there');
  const { POSTROOM_OIDC_LABEL: label, POSTROOM_OIDC_DEFAULT_ROLE: defaultRole = null } = values;
  return { issuer, clientId, clientSecret, label, defaultRole };
}
