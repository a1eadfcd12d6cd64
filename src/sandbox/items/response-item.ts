import { linesToHtml, textToHtml } from '../mime/text-conversion.js';
import { subjectOf } from '../mime/parse-message.js';
import { EMPTY_CONTENT, type MessageContent, type Person } from '../store/message-content.js';
import type { PlacedItem } from '../store/placed.js';
import type { XmlElement } from '../xml/element.js';
import { dateTime } from '../xml/write-xml.js';
import { conversationTopic } from './conversation.js';
import { type WrittenMessage, applyFields } from './read-message.js';

/** PidTagLastVerbExecuted of the message that was answered. */
const VERBS = { ReplyToItem: 102, ReplyAllToItem: 103, ForwardItem: 104 } as const;

/** The responses that the server can create from a message. */
export type ResponseKind = keyof typeof VERBS;

export const responseKind = ({ name }: XmlElement): ResponseKind | undefined =>
  name in VERBS ? (name as ResponseKind) : undefined;

/** The message that a `ReplyToItem`, `ReplyAllToItem` or `ForwardItem` creates; its own properties take precedence. */
export async function readResponse(kind: ResponseKind, wanted: XmlElement, of: PlacedItem): Promise<WrittenMessage> {
  const original = of.item.content;
  const prefix = kind === 'ForwardItem' ? 'FW: ' : 'RE: ';
  const base: MessageContent = {
    ...EMPTY_CONTENT,
    subject: subjectOf(`${prefix}${conversationTopic(original)}`),
    ...recipients(kind, of),
    attachments: original.attachments.filter((attachment) => kind === 'ForwardItem' || attachment.inline),
    ...bodyWith(wanted.child('NewBodyContent'), original),
    ...(original.messageId ? { inReplyTo: original.messageId, references: referencesTo(original) } : {}),
  };
  const given = wanted.children.filter(({ name }) => name !== 'ReferenceItemId' && name !== 'NewBodyContent');
  const { content } = await applyFields(base, given);
  return { content, categories: [], extended: {}, flagStatus: 'NotFlagged' };
}

const referencesTo = ({ references, messageId = '' }: MessageContent): string =>
  `${references ?? ''} ${messageId}`.trim();

function recipients(kind: ResponseKind, { mailbox, item }: PlacedItem): Partial<MessageContent> {
  const { from, replyTo, to, cc } = item.content;
  if (kind === 'ForwardItem') return {};
  const senders = replyTo.length > 0 ? replyTo : from ? [from] : [];
  if (kind === 'ReplyToItem') return { to: senders };
  const own = new Set([
    mailbox.address,
    ...mailbox.record.aliases,
    ...senders.map(({ address }) => address.toLowerCase()),
  ]);
  const others = (people: readonly Person[]): Person[] =>
    people.filter(({ address }) => !own.has(address.toLowerCase()));
  return { to: [...senders, ...others(to)], cc: others(cc) };
}

/** The client's new text above the original message. */
function bodyWith(own: XmlElement | undefined, original: MessageContent): Pick<MessageContent, 'text' | 'html'> {
  const words = own?.text ?? '';
  const ownHtml = own?.attribute('BodyType') === 'HTML';
  if (!ownHtml && original.html === undefined) {
    return { text: `${words}\r\n\r\n${heading(original, '\r\n')}\r\n\r\n${original.text ?? ''}` };
  }
  const above = ownHtml ? words : linesToHtml(words);
  const below = original.html ?? textToHtml(original.text ?? '');
  return { html: `${above}<hr>${heading(original, '<br>', linesToHtml)}<br><br>${below}` };
}

function heading(original: MessageContent, lineBreak: string, escape = (text: string): string => text): string {
  const { from, to, subject } = original;
  const people = (list: readonly Person[]): string => list.map(({ name, address }) => name || address).join('; ');
  return [`From: ${people(from ? [from] : [])}`, `To: ${people(to)}`, `Subject: ${subject}`]
    .map(escape)
    .join(lineBreak);
}

/** Marks a message as answered or forwarded (PidTagLastVerbExecuted and its time). */
export function noteAnswered(kind: ResponseKind, { mailbox, item }: PlacedItem, at: number): void {
  if (mailbox.items.get(item.id) !== item) return;
  mailbox.updateItem(item, {
    extended: {
      ...item.extended,
      [`tag:${String(0x1081)}`]: { type: 'Integer', values: [String(VERBS[kind])] },
      [`tag:${String(0x1082)}`]: { type: 'SystemTime', values: [dateTime(at)] },
    },
  });
}
