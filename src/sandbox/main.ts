import { randomBytes } from 'node:crypto';
import { SAMPLE_ACCOUNT, SAMPLE_DOMAIN, SAMPLE_MAILBOXES, SAMPLE_SCOPE, deliverSampleMail } from './sample-company.js';
import { startSandbox } from './sandbox-server.js';

const DEFAULT_PORT = 8025;
const TRAFFIC_PER_MINUTE = 12;

const write = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * `npx postroom sandbox`, or `npm run sandbox` in a clone: the sample company with live mail. Settings: SANDBOX_PORT, SANDBOX_PASSWORD (of the service
 * account; made up when not set), SANDBOX_DATA_FILE (in memory when not set).
 */
async function main(): Promise<void> {
  const port = Number(process.env.SANDBOX_PORT ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write('SANDBOX_PORT must be a port number, 0 for any free one.\n');
    process.exitCode = 1;
    return;
  }
  const password = process.env.SANDBOX_PASSWORD ?? randomBytes(12).toString('base64url');
  const dataFile = process.env.SANDBOX_DATA_FILE;
  const sandbox = await startSandbox({
    port,
    domain: SAMPLE_DOMAIN,
    mailboxes: SAMPLE_MAILBOXES,
    serviceAccounts: [{ username: SAMPLE_ACCOUNT, password, scope: SAMPLE_SCOPE }],
    ...(dataFile ? { dataFile } : {}),
  });
  await deliverSampleMail(sandbox.control);
  sandbox.control.startTraffic({ perMinute: TRAFFIC_PER_MINUTE });

  write(`Sandbox Exchange: ${sandbox.ewsUrl}`);
  write(`Service account:  ${SAMPLE_ACCOUNT} / ${password}`);
  write('Mailboxes (in the scope of the service account unless marked):');
  for (const { address } of SAMPLE_MAILBOXES)
    write(`  ${address}${SAMPLE_SCOPE.includes(address) ? '' : '   outside the scope'}`);
  write();
  write('Control, from this machine:');
  write(`  curl ${sandbox.controlUrl}/state`);
  for (const [name, body] of [
    ['deliver', { address: SAMPLE_MAILBOXES[0]?.address, count: 3, subject: 'Hello' }],
    ['grant', { account: SAMPLE_ACCOUNT, to: ['jonas.weber@postroom.example'] }],
    ['inject-fault', { operation: 'GetItem', times: 2, fault: { code: 'ErrorServerBusy', backOffMs: 5000 } }],
  ] as const) {
    write(
      `  curl -X POST ${sandbox.controlUrl}/${name} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`,
    );
  }

  const stop = (): void => {
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
