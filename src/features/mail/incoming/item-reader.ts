import { Inject, Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { FetchedItem } from '../../../drivers/port/mail-item.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { fetchAttachments } from './attachment-fetch.js';
import { hasRules } from './attachment-rules.js';
import { looksCut } from './cut-mime.js';
import { ExchangeNames } from './exchange-names.js';
import { isGone, isOfItem, type IsolatedReading, type ItemResult } from './isolated-reading.js';
import { contentOfProperties, type MessageContent, type Unavailable } from './message-content.js';
import { withMime } from './mime-reading.js';
import { MimeTooComplex } from './mime-structure.js';
import { betterText } from './reading/server-reading.js';
import { newMessage, type NewMessage } from './stored-message.js';

/** An item that could not be read. */
export interface ItemTrouble {
  readonly itemId: string;
  readonly code: string;
  readonly message: string;
  /** False if it was not requested. */
  readonly asked: boolean;
  /** The error may affect any item. */
  readonly mayBeOutage: boolean;
  /** Its message is stored, as it was before a change that could not be read. */
  readonly isStored: boolean;
  /** The back-off time of the server, in ms. */
  readonly backOffMs: number;
}

/** An item that the server has told of and does not know. */
export interface GoneItem {
  readonly itemId: string;
  /** The code that it answered with. */
  readonly code: string;
}

/** The result of reading a batch of items. */
export interface ReadItems {
  readonly messages: readonly NewMessage[];
  readonly troubles: readonly ItemTrouble[];
  /** The server does not know these items. */
  readonly gone: readonly GoneItem[];
}

/** Reads items whole: as MIME, and by their properties where the server has none to give. */
@Injectable()
export class ItemReader {
  /** Runs in which the server gets no further optional calls. */
  private readonly sparing = new WeakSet<MailboxRun>();

  constructor(
    private readonly clock: Clock,
    private readonly names: ExchangeNames,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @throws MailServerError of the folder, the mailbox or more; one of an item is among the troubles */
  async read(
    run: MailboxRun,
    folder: string,
    itemIds: readonly string[],
    reading: IsolatedReading,
  ): Promise<ReadItems> {
    const messages: NewMessage[] = [];
    const troubles: ItemTrouble[] = [];
    const gone: GoneItem[] = [];
    if (itemIds.length === 0) return { messages, troubles, gone };
    const results = await reading.fetch(folder, itemIds, (part) =>
      run.session.fetchItems(part, { signal: run.signal }),
    );
    for (const result of results) {
      // Usually moved or deleted since the listing.
      if (!result.ok && isGone(result.error)) {
        gone.push({ itemId: result.itemId, code: result.error.code });
        continue;
      }
      const read = await this.readOne(run, folder, result, reading);
      if ('code' in read) troubles.push(read);
      else messages.push(await this.completed(run, read, reading));
    }
    return { messages, troubles, gone };
  }

  /**
   * Adds what only the server knows to a message. Its identity is still computed from the message alone, because the
   * server may return less another time.
   */
  private async completed(run: MailboxRun, message: NewMessage, reading: IsolatedReading): Promise<NewMessage> {
    const content = await this.names.resolve(run, message.content);
    return { ...message, content: content.isDamaged ? await this.withBodies(run, message, content, reading) : content };
  }

  /** Replaces bodies that could not be decoded with the rendering of the server, which may know the charset. */
  private async withBodies(
    run: MailboxRun,
    { item }: NewMessage,
    content: MessageContent,
    reading: IsolatedReading,
  ): Promise<MessageContent> {
    const theirs = await this.ifPossible(run, reading, () =>
      run.session.fetchItemProperties(item.id, { signal: run.signal }),
    );
    if (theirs === null) return content;
    const { textBody, htmlBody } = theirs.properties;
    return {
      ...content,
      textBody: content.textBody && betterText(content.textBody, textBody),
      htmlBody: content.htmlBody && betterText(content.htmlBody, htmlBody),
    };
  }

  /**
   * An optional call that only improves a message. Its failure stops nothing, but counts. If it may affect more than
   * the item (a refused sign-in, a back-off), the run makes no more such calls.
   */
  private async ifPossible<Answer>(
    run: MailboxRun,
    reading: IsolatedReading,
    call: () => Promise<Answer>,
  ): Promise<Answer | null> {
    if (this.sparing.has(run) || reading.givenUpOver !== null) return null;
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      reading.noteFailedCall(error);
      if (!reading.mayBeNarrow(error)) this.sparing.add(run);
      return null;
    }
  }

  private readOne(
    run: MailboxRun,
    folder: string,
    result: ItemResult,
    reading: IsolatedReading,
  ): Promise<NewMessage | ItemTrouble> {
    if (result.ok) return this.readItem(run, folder, result.item, reading);
    // Each further try of an item costs a call: not where none could be read at all.
    if (!result.asked || reading.givenUpOver !== null || result.error.details.kind === 'credentials-refused')
      return Promise.resolve(troubleOf(result.itemId, result.error, result.asked));
    return this.readByProperties(run, folder, result.itemId, result.error, reading);
  }

  private async readItem(
    run: MailboxRun,
    folder: string,
    item: FetchedItem,
    reading: IsolatedReading,
  ): Promise<NewMessage | ItemTrouble> {
    if (!item.mime) return this.readByProperties(run, folder, item.id, null, reading);
    try {
      const { mime, incomplete } = await this.wholeMime(run, item, item.mime, reading);
      const { mime: _mime, ...known } = item;
      const { blockedAttachmentExtensions, maxAttachmentBytes } = run.profile;
      const rules = { blockedAttachmentExtensions, maxAttachmentBytes };
      return await withMime('message', mime, { item: known, rules, incomplete, now: this.clock.now() });
    } catch (error) {
      if (error instanceof MimeTooComplex) return this.unread(run, item, item.mime, error);
      const byProperties = await this.readByProperties(run, folder, item.id, null, reading);
      if ('code' in byProperties)
        return { ...byProperties, message: `${byProperties.message}; its MIME cannot be read: ${textOf(error)}` };
      // The original is kept although it could not be parsed, unless something in it may be blocked.
      const mime = hasRules(run.profile) ? null : item.mime;
      return { ...byProperties, item: { ...byProperties.item, mime } };
    }
  }

  /**
   * A message that takes too much time or memory to parse: stored as received, with the headers that the server
   * returns. Its attachments are not fetched one by one, because there may be just as many.
   */
  private unread(run: MailboxRun, item: FetchedItem, mime: Buffer, { message }: MimeTooComplex): NewMessage {
    this.log.warn({ mailbox: run.mailbox.emailAddress, itemId: item.id, why: message }, 'message not parsed');
    const properties = { ...item.properties, attachments: [] };
    const content = contentOfProperties({ ...item, properties }, []);
    const omitted = { reason: 'too-complex', sizeBytes: mime.length, limitBytes: 0 } as const;
    const kept = hasRules(run.profile) ? null : mime;
    return newMessage({ ...item, properties, mime: kept }, { ...content, omitted }, this.clock.now());
  }

  /** The MIME of an item. Truncated MIME is requested once more, and marked if it is still truncated. */
  private async wholeMime(
    run: MailboxRun,
    item: FetchedItem,
    first: Buffer,
    reading: IsolatedReading,
  ): Promise<{ mime: Buffer; incomplete: Unavailable | null }> {
    const { size } = item.properties;
    if (!looksCut(first, size)) return { mime: first, incomplete: null };
    const results = await this.ifPossible(run, reading, () =>
      run.session.fetchItems([item.id], { signal: run.signal }),
    );
    const again = results?.[0]?.ok === true ? results[0].item.mime : null;
    const mime = again !== null && again.length > first.length ? again : first;
    if (!looksCut(mime, size)) return { mime, incomplete: null };
    const message = `The server gave ${mime.length} bytes of an item of ${size ?? 0} bytes.`;
    return { mime, incomplete: { code: 'MimeIncomplete', message } };
  }

  /**
   * The fallback for an item: its properties from the server, and its attachments one by one.
   * @param first the error of reading it as MIME; null: the item exists, without usable MIME
   */
  private async readByProperties(
    run: MailboxRun,
    folder: string,
    itemId: string,
    first: MailServerError | null,
    reading: IsolatedReading,
  ): Promise<NewMessage | ItemTrouble> {
    let item: FetchedItem;
    try {
      item = await run.session.fetchItemProperties(itemId, { signal: run.signal });
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      // An error of reading the MIME is already known to be the item’s.
      if (first === null) await reading.throwUnlessItems(folder, error);
      else if (!reading.mayBeNarrow(error)) throw error;
      reading.noteFailedCall(error);
      return troubleOf(itemId, first ?? error, true);
    }
    reading.noteRead();
    const attachments = await fetchAttachments(
      {
        session: run.session,
        signal: run.signal,
        throwUnlessOwn: (error) => throwUnlessAttachments(folder, error, reading),
      },
      item.properties.attachments,
      run.profile,
    );
    const content: MessageContent = contentOfProperties(item, attachments);
    return newMessage(item, content, this.clock.now());
  }
}

/**
 * The item of the attachment was just read, so an error for the attachment alone counts against it. If a call failed as
 * a whole, opening the folder tells whether others would succeed.
 */
async function throwUnlessAttachments(folder: string, error: MailServerError, reading: IsolatedReading): Promise<void> {
  if (!reading.mayBeNarrow(error)) throw error;
  if (error.details.origin !== 'response' || (error.details.backOffMs ?? 0) > 0)
    await reading.throwUnlessItems(folder, error);
}

const troubleOf = (itemId: string, error: MailServerError, asked: boolean): ItemTrouble => ({
  itemId,
  code: error.code,
  message: error.details.text,
  asked,
  mayBeOutage: !asked || !isOfItem(error),
  isStored: false,
  backOffMs: error.details.backOffMs ?? 0,
});

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
