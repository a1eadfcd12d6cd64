import type { Command } from '../../drivers/port/explanations/command.js';
import type { ApiCommands, ExplanationContext } from '../../drivers/port/explanations/names.js';
import { posix } from '../../drivers/port/explanations/quoting.js';

const call = (publicUrl: string, method: string, path: string, body?: Readonly<Record<string, unknown>>): string =>
  [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    '-H "Authorization: Bearer $KEY"',
    ...(body ? ["-H 'Content-Type: application/json'", `-d ${posix(JSON.stringify(body))}`] : []),
    posix(publicUrl + path),
  ].join(' ');

/** Has the mailbox looked at now, instead of at the next probe. */
export function syncNowCommands({ publicUrl, mailboxId }: ExplanationContext): Command[] {
  if (publicUrl === undefined || mailboxId === undefined) return [];
  return [
    {
      purpose: 'When it is mended: have Postroom look again at once.',
      shell: 'postroom-api',
      command: call(publicUrl, 'POST', `/v1/mailboxes/${encodeURIComponent(mailboxId)}/sync`),
    },
  ];
}

/** Shows the audits of the mailbox. */
export function auditCommands({ publicUrl, mailboxId }: ExplanationContext): Command[] {
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
export function itemFailureCommands({ publicUrl, mailboxId }: ExplanationContext): Command[] {
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

/** Shows the folders of the mailbox. */
export function folderCommands({ publicUrl, mailboxId }: ExplanationContext): Command[] {
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
function newPasswordCommands({ publicUrl, profileId }: ExplanationContext): Command[] {
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

function addressCommands({ publicUrl, mailboxId }: ExplanationContext, emailAddress: string | null): Command[] {
  if (publicUrl === undefined || mailboxId === undefined || emailAddress === null) return [];
  return [
    {
      purpose: 'Give the mailbox the address that the server named.',
      shell: 'postroom-api',
      command: call(publicUrl, 'PATCH', `/v1/mailboxes/${encodeURIComponent(mailboxId)}`, { emailAddress }),
    },
  ];
}

/** The commands that the words of a driver can name, of which it knows no more than what they do. */
export const apiCommands = (context: ExplanationContext): ApiCommands => ({
  newPassword: () => newPasswordCommands(context),
  newAddress: (emailAddress) => addressCommands(context, emailAddress),
});
