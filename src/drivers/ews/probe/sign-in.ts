import type { EwsClient } from '../ews-client.js';
import { asItself, getOwnInbox } from './own-inbox.js';

/**
 * GetFolder for the inbox of the service account itself. An account without a mailbox is answered with
 * ErrorMissingEmailAddress or the like, but only after it has signed in.
 */
export async function signIn(client: EwsClient, signal: AbortSignal | undefined): Promise<void> {
  const answer = await client.call(asItself, { name: 'GetFolder', changes: false, body: getOwnInbox }, signal);
  answer.single('Folders');
}
