import type { Command } from './command.js';
import type { Names } from './names.js';
import { posix } from './quoting.js';

const call = (publicUrl: string, method: string, path: string, body?: Readonly<Record<string, unknown>>): string =>
  [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    '-H "Authorization: Bearer $KEY"',
    ...(body ? ["-H 'Content-Type: application/json'", `-d ${posix(JSON.stringify(body))}`] : []),
    posix(publicUrl + path),
  ].join(' ');

/** Has the mailbox looked at now, instead of at the next probe. */
export function syncNowCommands({ context: { publicUrl, mailboxId } }: Names): Command[] {
  if (publicUrl === undefined || mailboxId === undefined) return [];
  return [
    {
      purpose: 'When it is mended: have Postroom look again at once.',
      shell: 'postroom-api',
      command: call(publicUrl, 'POST', `/v1/mailboxes/${encodeURIComponent(mailboxId)}/sync`),
    },
  ];
}

export function auditCommands({ context: { publicUrl, mailboxId } }: Names): Command[] {
  if (publicUrl === undefined || mailboxId === undefined) return [];
  return [
    {
      purpose: 'See when an audit found how much.',
      shell: 'postroom-api',
      command: call(publicUrl, 'GET', `/v1/mailboxes/${encodeURIComponent(mailboxId)}/audits`),
    },
  ];
}

/** Shows which items of the mailbox could not be read, and tries them. */
export function itemFailureCommands({ context: { publicUrl, mailboxId } }: Names): Command[] {
  if (publicUrl === undefined || mailboxId === undefined) return [];
  const path = `/v1/mailboxes/${encodeURIComponent(mailboxId)}/item-failures`;
  return [
    { purpose: 'See which items they are, and why.', shell: 'postroom-api', command: call(publicUrl, 'GET', path) },
    {
      purpose: 'Have all of them tried at once.',
      shell: 'postroom-api',
      command: call(publicUrl, 'POST', `${path}/retry`, {}),
    },
  ];
}

export function folderCommands({ context: { publicUrl, mailboxId } }: Names): Command[] {
  if (publicUrl === undefined || mailboxId === undefined) return [];
  return [
    {
      purpose: 'See which folders of the mailbox cannot be read, and what the server says.',
      shell: 'postroom-api',
      command: call(publicUrl, 'GET', `/v1/mailboxes/${encodeURIComponent(mailboxId)}/folders`),
    },
  ];
}

/** A password on a command line would stay in the history of the shell, so it is asked for. */
export function newPasswordCommands({ context: { publicUrl, profileId } }: Names): Command[] {
  if (publicUrl === undefined || profileId === undefined) return [];
  const url = posix(`${publicUrl}/v1/email-server-profiles/${encodeURIComponent(profileId)}`);
  return [
    {
      purpose: 'Give the profile its new password (bash; needs jq). Postroom tries it at once.',
      shell: 'postroom-api',
      command: [
        "read -rsp 'New password: ' PASSWORD && export PASSWORD",
        `jq -n '{auth: {password: env.PASSWORD}}' | curl -X PATCH -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d @- ${url}`,
        'unset PASSWORD',
      ].join('\n'),
    },
  ];
}

export function addressCommands({ context: { publicUrl, mailboxId } }: Names, emailAddress: string | null): Command[] {
  if (publicUrl === undefined || mailboxId === undefined || emailAddress === null) return [];
  return [
    {
      purpose: 'Give the mailbox the address that the server named.',
      shell: 'postroom-api',
      command: call(publicUrl, 'PATCH', `/v1/mailboxes/${encodeURIComponent(mailboxId)}`, { emailAddress }),
    },
  ];
}
