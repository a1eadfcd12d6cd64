import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keptSecret } from '../platform/secrets/kept-secret.js';
import {
  SAMPLE_ACCOUNT,
  SAMPLE_DOMAIN,
  SAMPLE_MAILBOXES,
  SAMPLE_SCOPE,
  deliverSampleMail,
} from '../sandbox/sample-company.js';
import { startSandbox } from '../sandbox/sandbox-server.js';
import type { SampleCompany } from './sample-data.js';

export interface SampleExchange extends SampleCompany {
  readonly controlUrl: string;
  close(): Promise<void>;
}

const usualPort = 8025;
const mailsPerMinute = 12;

/** The sandbox as the first run wants it: a small company with live mail that is still there after a restart. */
export async function startSampleExchange(dataDir: string): Promise<SampleExchange> {
  const password = await keptSecret(join(dataDir, 'sandbox-password'), () => randomBytes(18).toString('base64url'));
  const options = {
    domain: SAMPLE_DOMAIN,
    mailboxes: SAMPLE_MAILBOXES,
    serviceAccounts: [{ username: SAMPLE_ACCOUNT, password, scope: SAMPLE_SCOPE }],
    dataFile: join(dataDir, 'sandbox.jsonl'),
  };
  const sandbox = await startSandbox({ ...options, port: usualPort }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return startSandbox({ ...options, port: 0 });
  });
  await deliverSampleMail(sandbox.control);
  sandbox.control.startTraffic({ perMinute: mailsPerMinute });
  return {
    ewsUrl: sandbox.ewsUrl,
    controlUrl: sandbox.controlUrl,
    username: SAMPLE_ACCOUNT,
    password,
    mailboxes: SAMPLE_MAILBOXES.map(({ address, displayName }) => ({ address, displayName: displayName ?? address })),
    close: () => sandbox.close(),
  };
}
