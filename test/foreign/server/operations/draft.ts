import type { Quirks } from '../quirks.js';
import { readMail, type Mail, type Part, type Person } from '../mail.js';
import { extendedPath } from '../shape.js';
import { at, textAt, type Xml } from '../xml.js';

export interface Draft {
  readonly mail: Mail;
  /** Extended properties by their paths. */
  readonly extended: ReadonlyMap<string, string>;
}

/** A Message element of CreateItem. @param owner whose message it is when it names no sender */
export async function readDraft(message: Xml, owner: Person, quirks: Quirks): Promise<Draft> {
  const mime = textAt(message, 'MimeContent');
  if (mime !== '')
    return { mail: { ...(await readMail(Buffer.from(mime, 'base64'))), raw: null }, extended: new Map() };
  const isHtml = at(message, 'Body')?.attributes['BodyType'] === 'HTML';
  const body = at(message, 'Body')?.text ?? '';
  const importance = textAt(message, 'Importance');
  const properties = message.children
    .filter(({ name }) => name === 'ExtendedProperty')
    .map((property) => ({ path: at(property, 'ExtendedFieldURI'), text: at(property, 'Value')?.text ?? '' }));
  const { dropsFilesOfCreateItem, dropsAttachedMessages, dropsIdsOfDrafts } = quirks;
  const parts = readParts(at(message, 'Attachments'));
  return {
    mail: {
      from: people(at(message, 'From'))[0] ?? owner,
      to: people(at(message, 'ToRecipients')),
      cc: people(at(message, 'CcRecipients')),
      bcc: people(at(message, 'BccRecipients')),
      replyTo: people(at(message, 'ReplyTo')),
      subject: at(message, 'Subject')?.text ?? '',
      text: isHtml ? null : body,
      html: isHtml ? body : null,
      parts: parts.filter(({ kind }) => !(kind === 'file' ? dropsFilesOfCreateItem : dropsAttachedMessages)),
      messageId: dropsIdsOfDrafts ? null : textAt(message, 'InternetMessageId') || null,
      inReplyTo: textAt(message, 'InReplyTo') || null,
      references: textAt(message, 'References').split(/\s+/).filter(Boolean),
      importance: importance === 'High' || importance === 'Low' ? importance : 'Normal',
      date: null,
      headers: dropsIdsOfDrafts
        ? []
        : properties
            .filter(({ path }) => path?.attributes['DistinguishedPropertySetId'] === 'InternetHeaders')
            .map(({ path, text }) => ({ name: path?.attributes['PropertyName'] ?? '', value: text })),
      raw: null,
    },
    extended: new Map(
      dropsIdsOfDrafts
        ? []
        : properties.flatMap(({ path, text }) => (path ? [[extendedPath(path), text] as const] : [])),
    ),
  };
}

/** An Attachments element of CreateItem or CreateAttachment. */
export function readParts(attachments: Xml | undefined): Part[] {
  return (attachments?.children ?? []).map((attachment) => {
    const kind = attachment.name === 'ItemAttachment' ? 'message' : 'file';
    const content = kind === 'file' ? textAt(attachment, 'Content') : textAt(attachment, 'Message', 'MimeContent');
    return {
      kind,
      name: textAt(attachment, 'Name'),
      type: kind === 'file' ? textAt(attachment, 'ContentType') || 'application/octet-stream' : 'message/rfc822',
      contentId: textAt(attachment, 'ContentId') || null,
      isInline: textAt(attachment, 'IsInline') === 'true',
      content: Buffer.from(content, 'base64'),
    };
  });
}

function people(element: Xml | undefined): Person[] {
  return (element?.children ?? []).map((mailbox) => ({
    name: textAt(mailbox, 'Name'),
    address: textAt(mailbox, 'EmailAddress'),
  }));
}
