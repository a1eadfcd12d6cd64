import { composeMessage, newMessageId } from '../mime/compose-message.js';
import { parseMessage } from '../mime/parse-message.js';
import { EMPTY_CONTENT, type MessageContent, type Person } from '../store/message-content.js';
import type { Deliverable, PersonRequest } from './requests.js';

/** Messages of one control call; the n-th (from 0) is made when asked for. */
interface MessageSeries {
  message(index: number): Promise<MessageContent>;
}

const STRANGER: Person = { name: 'Pat Example', address: 'pat@partner.example' };

/** MIME given as text, base64 or bytes. */
function emlBytes(eml: string | Uint8Array): Buffer {
  if (typeof eml !== 'string') return Buffer.from(eml);
  const compact = eml.replace(/\s+/g, '');
  const isBase64 = compact.length > 0 && compact.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(compact);
  return isBase64 ? Buffer.from(compact, 'base64') : Buffer.from(eml);
}

/**
 * Prepares the messages of a delivery. Many at once are composed and parsed once and then numbered, as
 * that is all they differ in: tens of thousands must not take minutes.
 */
export async function messageSeries(
  wanted: Deliverable,
  to: Person,
  domain: string,
  now: Date,
): Promise<MessageSeries> {
  if (wanted.eml !== undefined) {
    const content = await parseMessage(emlBytes(wanted.eml));
    return { message: () => Promise.resolve(content) };
  }
  const count = wanted.count ?? 1;
  const subject = wanted.subject ?? 'A message for the sandbox';
  const messageId = wanted.messageId ?? newMessageId(domain);
  const template = await compose({ ...wanted, subject: count > 1 ? NUMBERED : subject, messageId }, to, domain, now);
  if (count === 1) return { message: () => Promise.resolve(template) };
  const source = template.mime?.toString('latin1') ?? '';
  return {
    message: (index) => {
      const number = String(index + 1);
      const numberedSubject = `${subject} ${number}`;
      const numberedId = messageId.replace('@', `.${number}@`);
      const encoded = /^[\x20-\x7e]*$/.test(numberedSubject)
        ? numberedSubject
        : `=?UTF-8?B?${Buffer.from(numberedSubject).toString('base64')}?=`;
      const mime = Buffer.from(
        source.replace(NUMBERED, () => encoded).replace(messageId, () => numberedId),
        'latin1',
      );
      const headers = template.headers.map((header) => {
        const name = header.name.toLowerCase();
        if (name === 'subject') return { ...header, value: encoded };
        return name === 'message-id' ? { ...header, value: numberedId } : header;
      });
      return Promise.resolve({ ...template, mime, headers, subject: numberedSubject, messageId: numberedId });
    },
  };
}

const NUMBERED = 'sandbox-numbered-subject';

async function compose(wanted: Deliverable, to: Person, domain: string, now: Date): Promise<MessageContent> {
  const content: MessageContent = {
    ...EMPTY_CONTENT,
    subject: wanted.subject ?? '',
    to: wanted.to === undefined ? [to] : people(wanted.to),
    cc: people(wanted.cc ?? []),
    replyTo: people(wanted.replyTo ?? []),
    ...(wanted.messageId === undefined ? {} : { messageId: wanted.messageId }),
    ...(wanted.inReplyTo === undefined ? {} : { inReplyTo: wanted.inReplyTo }),
    ...(wanted.references === undefined ? {} : { references: wanted.references }),
    ...(wanted.html === undefined ? { text: wanted.text ?? 'Hello from the sandbox.\r\n' } : {}),
    ...(wanted.html !== undefined && wanted.text !== undefined ? { text: wanted.text } : {}),
    ...(wanted.html === undefined ? {} : { html: wanted.html }),
    headers: Object.entries(wanted.headers ?? {}).map(([name, value]) => ({ name, value })),
    attachments: (wanted.attachments ?? []).map((attachment, index) => ({
      uid: index + 1,
      kind: attachment.contentType === 'message/rfc822' ? 'item' : 'file',
      name: attachment.name,
      contentType: attachment.contentType ?? 'application/octet-stream',
      ...(attachment.contentId === undefined ? {} : { contentId: attachment.contentId }),
      inline: attachment.inline ?? false,
      content:
        typeof attachment.content === 'string'
          ? Buffer.from(attachment.content, attachment.encoding ?? 'utf8')
          : Buffer.from(attachment.content),
    })),
  };
  const from = wanted.from === undefined ? STRANGER : toPerson(wanted.from);
  const date = wanted.date ?? wanted.receivedAt;
  return parseMessage(await composeMessage(content, { from, date: date === undefined ? now : new Date(date), domain }));
}

function people(given: PersonRequest | PersonRequest[]): Person[] {
  return (Array.isArray(given) ? given : [given]).map(toPerson);
}

/** `Name <address>`, a bare address, or both apart. */
function toPerson(given: PersonRequest): Person {
  if (typeof given !== 'string') return { name: given.name ?? '', address: given.address };
  const whole = given.trim();
  const [, name = '', address = ''] = /^([^<]*)<([^<>]+)>$/.exec(whole) ?? [];
  const plain = unquoted(name.trim());
  return address === '' || plain.includes('"') ? { name: '', address: whole } : { name: plain, address };
}

/** Strips surrounding quotes. */
function unquoted(name: string): string {
  const end = name.length > 1 && name.endsWith('"') ? name.length - 1 : name.length;
  return name.slice(name.startsWith('"') ? 1 : 0, end);
}
