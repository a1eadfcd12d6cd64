import type { Settings } from '../platform/config/settings.js';
import type { SampleExchange } from './sample-exchange.js';

interface Facts {
  readonly settings: Settings;
  readonly url: string;
  /** While no administrator can sign in. */
  readonly adminLink: string | null;
  /** Only at the very first start. */
  readonly adminKey: string | null;
  readonly sandbox: SampleExchange | null;
}

/** What a person at the terminal needs to begin. */
export function welcome({ settings, url, adminLink, adminKey, sandbox }: Facts): string {
  const key = adminKey ?? '$POSTROOM_KEY';
  const lines = ['', `  Postroom runs: ${url}`];
  if (adminLink)
    lines.push(
      '',
      '  Open this link first to become the administrator (it works once, within 24 hours):',
      `    ${adminLink}`,
      '',
    );
  if (settings.roles.includes('api')) lines.push(`  API reference: ${url}/docs`);
  if (adminKey) lines.push('', `  Admin API key, shown this once:  ${adminKey}`);
  if (sandbox) {
    lines.push(
      '',
      `  A sandbox Exchange server runs at ${sandbox.ewsUrl}. Mail keeps arriving there, and two of its`,
      '  mailboxes are outside the scope of the service account, so within 90 seconds you also see a failure.',
    );
  }
  if (settings.roles.includes('api')) {
    lines.push(
      '',
      '  Try:',
      `    curl -s -H "Authorization: Bearer ${key}" ${url}/v1/mailboxes`,
      `    curl -s -H "Authorization: Bearer ${key}" ${url}/v1/events`,
      `    curl -s -H "Authorization: Bearer ${key}" "${url}/v1/incidents?open=true"`,
    );
  }
  if (sandbox) {
    lines.push(
      '',
      '  Fix the failure and watch the mailboxes recover (at the next probe, or at once with POST /v1/mailboxes/{id}/sync):',
      `    curl -s -X POST -H "Content-Type: application/json" -d '{"account":"${sandbox.username}","to":"all"}' ${sandbox.controlUrl}/grant`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}
