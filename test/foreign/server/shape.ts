import { createHash } from 'node:crypto';
import { dateText, type Call } from './call.js';
import { writeMime, type Person } from './mail.js';
import { list, record, value, type Markup } from './markup.js';
import type { Item } from './store.js';
import { at, textAt, type Xml } from './xml.js';

/** What an ItemShape asks for. */
interface Shape {
  readonly mime: boolean;
  readonly htmlBody: boolean;
  readonly fields: ReadonlySet<string>;
  readonly extended: readonly Xml[];
}

const DEFAULT = [
  ...['ItemClass', 'Subject', 'DateTimeReceived', 'Size', 'DateTimeSent', 'DateTimeCreated', 'HasAttachments'],
  ...['Sender', 'From'],
];
const ALL = [
  ...DEFAULT,
  ...['Body', 'Attachments', 'Importance', 'InReplyTo', 'IsDraft', 'InternetMessageHeaders', 'ToRecipients'],
  ...['CcRecipients', 'BccRecipients', 'ReplyTo', 'IsRead', 'References', 'InternetMessageId', 'ParentFolderId'],
];
/** Left out by a server with thin shapes. */
const THIN = new Set(['ItemClass', 'Size', 'ConversationId', 'InReplyTo', 'References', 'InternetMessageId', 'Sender']);

export function readShape(shape: Xml | undefined): Shape {
  const base = textAt(shape, 'BaseShape');
  const additional = at(shape, 'AdditionalProperties')?.children ?? [];
  const named = additional
    .filter(({ name }) => name === 'FieldURI')
    .map(({ attributes }) => attributes['FieldURI'] ?? '');
  const fields = [
    ...(base === 'IdOnly' ? ['DateTimeReceived'] : base === 'Default' ? DEFAULT : ALL),
    ...named.map((field) => field.slice(field.indexOf(':') + 1)),
  ];
  return {
    mime: textAt(shape, 'IncludeMimeContent') === 'true' || fields.includes('MimeContent'),
    htmlBody: textAt(shape, 'BodyType').toLowerCase() !== 'text',
    fields: new Set(fields),
    extended: additional.filter(({ name }) => name === 'ExtendedFieldURI'),
  };
}

/** An item with what was asked for, in the order of the schema. */
export async function shapeItem(item: Item, shape: Shape, call: Call): Promise<Markup> {
  const { mail } = item;
  const { quirks } = call;
  const wants = (field: string) => shape.fields.has(field) && !(quirks.thinShapes && THIN.has(field));
  const when = <T>(field: string, make: () => T): T | null => (wants(field) ? make() : null);
  const date = (field: string, at: Date | null) => when(field, () => at && value(`t:${field}`, dateText(at, quirks)));
  const someone = (field: string, person: Person | null) =>
    when(field, () => person && list(`t:${field}`, {}, mailbox(person, call)));
  const several = (field: string, persons: readonly Person[]) =>
    when(field, () =>
      persons.length === 0 ? null : list(`t:${field}`, {}, ...persons.map((person) => mailbox(person, call))),
    );
  return record(
    't:Message',
    {},
    shape.mime ? list('t:MimeContent', { CharacterSet: 'UTF-8' }, (await mimeOf(item, call)).toString('base64')) : null,
    itemId(item, call),
    when('ParentFolderId', () => list('t:ParentFolderId', { Id: item.folder.id })),
    when('ItemClass', () => value('t:ItemClass', 'IPM.Note')),
    when('Subject', () => value('t:Subject', mail.subject)),
    when('Body', () => body(item, shape)),
    when('Attachments', () => attachments(item, call)),
    date('DateTimeReceived', item.receivedAt),
    when('Size', () => value('t:Size', 2_000 + (mail.raw?.length ?? 0))),
    when('Importance', () => value('t:Importance', mail.importance)),
    when('InReplyTo', () => value('t:InReplyTo', mail.inReplyTo)),
    when('IsDraft', () => value('t:IsDraft', item.isDraft)),
    when('InternetMessageHeaders', () =>
      list(
        't:InternetMessageHeaders',
        {},
        ...mail.headers.map(({ name, value: text }) => list('t:InternetMessageHeader', { HeaderName: name }, text)),
      ),
    ),
    date('DateTimeSent', mail.date ?? item.createdAt),
    date('DateTimeCreated', item.createdAt),
    when('HasAttachments', () => value('t:HasAttachments', mail.parts.length > 0)),
    ...(quirks.thinShapes ? [] : extendedProperties(item, shape)),
    someone('Sender', mail.from),
    several('ToRecipients', mail.to),
    several('CcRecipients', mail.cc),
    several('BccRecipients', mail.bcc),
    someone('From', mail.from),
    when('InternetMessageId', () => value('t:InternetMessageId', mail.messageId)),
    when('IsRead', () => value('t:IsRead', item.isRead)),
    when('References', () => (mail.references.length === 0 ? null : value('t:References', mail.references.join(' ')))),
    several('ReplyTo', mail.replyTo),
    when('TextBody', () => list('t:TextBody', { BodyType: 'Text' }, mail.text ?? '')),
  );
}

export function itemId(item: Item, { quirks }: Call): Markup {
  const changeKey = createHash('sha1').update(`${item.id} ${item.version} ${item.isRead}`).digest('base64');
  return list('t:ItemId', { Id: item.id, ChangeKey: quirks.thinShapes ? null : changeKey });
}

/** As it came, or made of its parts where there is nothing else or the server keeps nothing else. */
export async function mimeOf({ mail }: Item, call: Call): Promise<Buffer> {
  if (mail.raw !== null && !call.quirks.regeneratedMime) return mail.raw;
  const capitals = (persons: readonly Person[]) =>
    persons.map((person) => ({ ...person, address: spelled(person.address, call) }));
  return writeMime({
    ...mail,
    from: capitals(mail.from ? [mail.from] : [])[0] ?? null,
    to: capitals(mail.to),
    cc: capitals(mail.cc),
    replyTo: capitals(mail.replyTo),
  });
}

function mailbox({ name, address }: Person, call: Call): Markup {
  return record(
    't:Mailbox',
    {},
    value('t:Name', name || address),
    value('t:EmailAddress', spelled(address, call)),
    call.quirks.thinShapes ? null : value('t:RoutingType', 'SMTP'),
  );
}

function spelled(address: string, { quirks }: Call): string {
  return quirks.addressesInCapitals ? address.replace(/^.|@.*$/g, (part) => part.toUpperCase()) : address;
}

function body({ mail }: Item, { htmlBody }: Shape): Markup {
  const html = mail.html !== null && (htmlBody || mail.text === null);
  return list('t:Body', { BodyType: html ? 'HTML' : 'Text' }, (html ? mail.html : mail.text) ?? '');
}

function attachments(item: Item, call: Call): Markup | null {
  if (item.mail.parts.length === 0) return null;
  return list('t:Attachments', {}, ...item.mail.parts.map((_, index) => attachment(item, index, call)));
}

/** What an attachment is, without its content. */
export function attachment(item: Item, index: number, { quirks }: Call, ...content: readonly Markup[]): Markup | null {
  const part = item.mail.parts[index];
  if (!part) return null;
  return record(
    part.kind === 'message' ? 't:ItemAttachment' : 't:FileAttachment',
    {},
    list('t:AttachmentId', { Id: `${item.id}#${index}` }),
    value('t:Name', part.name),
    ...(quirks.thinShapes
      ? []
      : [
          value('t:ContentType', part.type),
          value('t:ContentId', part.contentId),
          value('t:Size', part.content.length + 54),
          value('t:IsInline', part.isInline),
        ]),
    ...content,
  );
}

/** The path of an extended property as a text. */
export function extendedPath({ attributes }: Xml): string {
  const tag = attributes['PropertyTag'];
  if (tag !== undefined) return `tag ${Number(tag)}`;
  const set = attributes['DistinguishedPropertySetId'] ?? attributes['PropertySetId'] ?? '';
  return `${set} ${attributes['PropertyName'] ?? attributes['PropertyId'] ?? ''}`;
}

const SEARCH_KEY = `tag ${0x300b}`;

function extendedProperties(item: Item, { extended }: Shape): Markup[] {
  return extended.flatMap((path) => {
    const key = extendedPath(path);
    const text = key === SEARCH_KEY ? searchKey(item) : item.extended.get(key);
    return text === undefined
      ? []
      : [list('t:ExtendedProperty', {}, list('t:ExtendedFieldURI', path.attributes), value('t:Value', text))];
  });
}

/** Survives moves. */
function searchKey({ mail, createdAt }: Item): string {
  return createHash('md5').update(`${mail.messageId} ${createdAt.getTime()}`).digest('base64');
}
