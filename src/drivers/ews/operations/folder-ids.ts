import type { DistinguishedFolder, FolderRef, MailboxIdentity } from '../../port/mail-server.js';
import type { XmlObject } from '../soap/xml-writer.js';

/**
 * A folder id element (types.xsd `TargetFolderIdType`). Under delegation a distinguished folder
 * must name its mailbox, or it would be the service account's own.
 */
export function folderId(identity: MailboxIdentity, folder: FolderRef): XmlObject {
  return 'id' in folder
    ? { 't:FolderId': { '@Id': folder.id } }
    : { 't:DistinguishedFolderId': distinguishedFolderId(identity, folder.distinguished) };
}

/** The content of a `DistinguishedFolderId`; see `folderId`. */
export function distinguishedFolderId(identity: MailboxIdentity, folder: DistinguishedFolder): XmlObject {
  return {
    '@Id': folder,
    't:Mailbox': identity.access === 'delegation' ? { 't:EmailAddress': identity.address } : undefined,
  };
}
