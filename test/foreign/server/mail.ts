import { randomUUID } from 'node:crypto';
import { simpleParser, type AddressObject } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';

export interface Person {
  readonly name: string;
  readonly address: string;
}

export interface Part {
  readonly kind: 'file' | 'message';
  readonly name: string;
  readonly type: string;
  readonly contentId: string | null;
  readonly isInline: boolean;
  readonly content: Buffer;
}

/** A message as the server keeps it: by its parts, from which MIME is made when somebody asks. */
export interface Mail {
  readonly from: Person | null;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly bcc: readonly Person[];
  readonly replyTo: readonly Person[];
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly parts: readonly Part[];
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly importance: 'Low' | 'Normal' | 'High';
  readonly date: Date | null;
  /** All headers as they came; of a message that was written here, its own ones only. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** As it came; null for what was written here. */
  readonly raw: Buffer | null;
}

const people = (header: AddressObject | AddressObject[] | undefined): Person[] =>
  [header ?? []]
    .flat()
    .flatMap(({ value }) => value)
    .map(({ name, address }) => ({ name, address: address ?? '' }));

/** Takes a message apart. */
export async function readMail(raw: Buffer): Promise<Mail> {
  const mail = await simpleParser(raw, {
    skipTextToHtml: true,
    skipHtmlToText: true,
    skipTextLinks: true,
    skipImageLinks: true,
  });
  return {
    from: people(mail.from)[0] ?? null,
    to: people(mail.to),
    cc: people(mail.cc),
    bcc: people(mail.bcc),
    replyTo: people(mail.replyTo),
    subject: mail.subject ?? '',
    text: mail.text ?? null,
    html: mail.html === false ? null : mail.html,
    parts: mail.attachments.map((part, index) => ({
      kind: part.contentType === 'message/rfc822' ? 'message' : 'file',
      name: part.filename ?? `part ${index + 1}`,
      type: part.contentType,
      contentId: part.cid ?? null,
      isInline: part.contentDisposition === 'inline' || part.related,
      content: part.content,
    })),
    messageId: mail.messageId ?? null,
    inReplyTo: mail.inReplyTo ?? null,
    references: [mail.references ?? []].flat(),
    importance: mail.priority === 'high' ? 'High' : mail.priority === 'low' ? 'Low' : 'Normal',
    date: mail.date ?? null,
    headers: mail.headerLines.map(({ line }) => headerOf(line)),
    raw,
  };
}

function headerOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':');
  return {
    name: line.slice(0, colon),
    value: line
      .slice(colon + 1)
      .replace(/\r?\n/g, '')
      .trim(),
  };
}

const PRIORITIES = { Low: 'low', Normal: 'normal', High: 'high' } as const;

/** Writes MIME of its parts, with boundaries that no other writing has; without the headers of the way that it came. */
export async function writeMime(mail: Mail): Promise<Buffer> {
  const who = (list: readonly Person[]) => list.map(({ name, address }) => ({ name, address }));
  const mime = await new MailComposer({
    ...(mail.from ? { from: { name: mail.from.name, address: mail.from.address } } : {}),
    to: who(mail.to),
    cc: who(mail.cc),
    replyTo: who(mail.replyTo),
    subject: mail.subject,
    ...(mail.text === null && mail.html === null ? { text: '' } : {}),
    ...(mail.text === null ? {} : { text: mail.text }),
    ...(mail.html === null ? {} : { html: mail.html }),
    ...(mail.messageId === null ? {} : { messageId: mail.messageId }),
    ...(mail.inReplyTo === null ? {} : { inReplyTo: mail.inReplyTo }),
    references: [...mail.references],
    date: mail.date ?? new Date(0),
    priority: PRIORITIES[mail.importance],
    headers: mail.raw === null ? mail.headers.map(({ name, value }) => ({ key: name, value })) : [],
    attachments: mail.parts.map((part) => ({
      filename: part.name,
      contentType: part.type,
      content: part.content,
      contentDisposition: part.isInline ? 'inline' : 'attachment',
      ...(part.contentId === null ? {} : { cid: part.contentId }),
    })),
    baseBoundary: randomUUID(),
  })
    .compile()
    .build();
  if (mail.messageId !== null) return mime;
  // The library makes one up where there is none.
  return Buffer.from(mime.toString('latin1').replace(/^Message-ID: .*\r\n/m, ''), 'latin1');
}
