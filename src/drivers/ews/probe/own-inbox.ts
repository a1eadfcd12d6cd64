import type { MailboxIdentity } from '../../port/mail-server.js';
import { writeEnvelope } from '../soap/envelope.js';
import type { RequestVersion } from '../soap/request-version.js';
import type { XmlObject } from '../soap/xml-writer.js';

/** The service account as itself: no mailbox is impersonated, and no anchor leads the call to a mailbox's server. */
export const asItself: MailboxIdentity = {
  address: '',
  access: 'delegation',
  connectingSid: { type: 'SmtpAddress', value: '' },
};

/** GetFolder for the inbox of whoever asks: it changes nothing. */
export const getOwnInbox = (): XmlObject => ({
  'm:GetFolder': {
    'm:FolderShape': { 't:BaseShape': 'IdOnly' },
    'm:FolderIds': { 't:DistinguishedFolderId': { '@Id': 'inbox' } },
  },
});

/** The same as a whole document. */
export const ownInbox = (version: RequestVersion): Buffer => writeEnvelope(asItself, version, getOwnInbox());
