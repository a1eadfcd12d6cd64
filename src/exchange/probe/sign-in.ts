import type { MailboxIdentity } from '../../mail/mail-server.js';
import type { EwsClient } from '../ews-client.js';

/** Nobody is impersonated, and no anchor leads the call to the server of some mailbox. */
const asItself: MailboxIdentity = {
  address: '',
  access: 'delegation',
  connectingSid: { type: 'SmtpAddress', value: '' },
};

/**
 * GetFolder for the inbox of the service account itself. An account without a mailbox is answered with
 * ErrorMissingEmailAddress or the like, but only after it has signed in.
 */
export async function signIn(client: EwsClient, signal: AbortSignal | undefined): Promise<void> {
  const answer = await client.call(
    asItself,
    {
      name: 'GetFolder',
      changes: false,
      body: () => ({
        'm:GetFolder': {
          'm:FolderShape': { 't:BaseShape': 'IdOnly' },
          'm:FolderIds': { 't:DistinguishedFolderId': { '@Id': 'inbox' } },
        },
      }),
    },
    signal,
  );
  answer.single('Folders');
}
