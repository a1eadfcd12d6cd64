import type { FetchedItem, ItemProperties } from '../../../drivers/port/mail-item.js';
import { containsBlocked, withoutBlocked } from './attachment-blocking.js';
import type { AttachmentRules } from './attachment-rules.js';
import { attachmentBytes, bytesOf, contentOfMime, type Unavailable } from './message-content.js';
import { sourceDigest } from './message-identity.js';
import { readMime } from './mime-reader.js';
import { newMessage, type NewMessage } from './stored-message.js';

/** The relevant parts of a report are short; the beginning of a returned message is enough. In bytes. */
const maxReportPartLength = 256 * 1024;
const maxReportParts = 20;

/**
 * Everything that reads the MIME of a message, as tasks that depend only on their input: a large message is processed
 * on another thread, to and from which input and result are copied.
 */
export const mimeTasks = {
  /** The message of an item, without what its profile does not store. */
  message: async (
    mime: Buffer,
    input: {
      readonly item: Omit<FetchedItem, 'mime'>;
      readonly rules: AttachmentRules;
      readonly incomplete: Unavailable | null;
      readonly now: Date;
    },
  ): Promise<NewMessage> => {
    const { item, rules, incomplete, now } = input;
    const content = { ...(await contentOfMime(mime, item.properties)), incomplete };
    const kept = await withoutBlocked({ item: { ...item, mime }, content }, rules);
    return newMessage(kept.item, kept.content, now);
  },

  /** Null if there is none at this position. */
  attachment: (mime: Buffer, input: { readonly position: number }): Promise<Buffer | null> =>
    attachmentBytes(mime, input.position),

  holdsBlocked: (mime: Buffer, input: { readonly rules: AttachmentRules }): Promise<boolean> =>
    containsBlocked(mime, input.rules),

  reportParts: async (
    mime: Buffer,
    _input: object,
  ): Promise<{ readonly contentType: string; readonly content: Buffer }[]> =>
    (await readMime(mime, { detects: false })).attachments.slice(0, maxReportParts).map((attachment) => ({
      contentType: attachment.mimeType,
      content: bytesOf(attachment).subarray(0, maxReportPartLength),
    })),

  source: async (
    mime: Buffer,
    input: { readonly identity: Buffer; readonly properties: ItemProperties },
  ): Promise<Buffer> => sourceDigest(input.identity, await contentOfMime(mime, input.properties)),
};

export type MimeTasks = typeof mimeTasks;
export type MimeTask = keyof MimeTasks;
export type MimeInput<T extends MimeTask> = Parameters<MimeTasks[T]>[1];
export type MimeResult<T extends MimeTask> = Awaited<ReturnType<MimeTasks[T]>>;
