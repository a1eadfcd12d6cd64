import { z } from 'zod';
import { emailAddress } from '../../platform/http/validation.js';
import type { EmailChannelState } from './email-channel.js';
import { smtpStages } from './smtp-stage.js';

export const channelList = z
  .object({
    items: z.array(
      z.object({
        kind: z.literal('email'),
        configured: z.boolean().describe('False: SMTP_URL is not set, and mail is kept for reading only'),
        host: z.string().nullable(),
        port: z.int().nullable(),
        encrypted: z.boolean().nullable().describe('Null with a host: as soon as the server offers it (STARTTLS)'),
        from: z.string().nullable().describe('The sender, NOTIFY_FROM'),
        trouble: z
          .object({
            since: z.iso.datetime().describe('When the oldest mail that waits was written'),
            title: z.string(),
            detail: z.string().describe('The words of the last try'),
            waiting: z.int().describe('Mails that were tried in vain'),
            remedy: z.string(),
          })
          .nullable(),
      }),
    ),
  })
  .meta({ id: 'NotificationChannelList' });
type ChannelList = z.output<typeof channelList>;

export const testMail = z.strictObject({ to: emailAddress.describe('Who gets the mail') }).meta({ id: 'TestMail' });

export const testMailAnswer = z
  .object({ accepted: z.literal(true), response: z.string().describe('The mail server’s last answer') })
  .meta({ id: 'TestMailAnswer' });

/** For the description of the route: problems have no schema of their own. */
export const stageWords = smtpStages.map((stage) => `\`${stage}\``).join(', ');

export function showEmailChannel({ server, from, trouble }: EmailChannelState): ChannelList['items'][number] {
  return {
    kind: 'email',
    configured: server !== null,
    host: server?.host ?? null,
    port: server?.port ?? null,
    encrypted: server?.encrypted ?? null,
    from: server && from,
    trouble: trouble && {
      since: trouble.since.toISOString(),
      title:
        trouble.waiting === 1
          ? 'One notification cannot be mailed'
          : `${trouble.waiting} notifications cannot be mailed`,
      detail: trouble.words,
      waiting: trouble.waiting,
      remedy:
        'Send a test: its answer says at which stage it ends and what to do. What waits is tried again by itself.',
    },
  };
}
