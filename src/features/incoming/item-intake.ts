import { Inject, Injectable } from '@nestjs/common';
import type { FetchedItem, FetchResult } from '../../mail/mail-item.js';
import { MailServerError } from '../../mail/mail-error.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { EventsStore } from '../deliveries/events.store.js';
import { DeliveryReports } from '../delivery-reports/delivery-reports.js';
import { retryDelay } from '../failures/backoff.js';
import { classify, consequenceOf } from '../failures/classify.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { OwnTestsStore } from '../mailboxes/own-tests.store.js';
import { Threading } from '../threads/threading.js';
import { withoutBlocked } from './attachment-blocking.js';
import { fetchAttachments } from './attachment-fetch.js';
import { hasRules } from './attachment-rules.js';
import { FilteredItemsStore } from './filtered-items.store.js';
import { IncomingMetrics } from './incoming-metrics.js';
import { IncomingStore } from './incoming.store.js';
import { MessageItemsStore } from './message-items.store.js';
import { ItemFailuresStore } from './item-failures.store.js';
import { ItemScreening } from './item-screening.js';
import { contentOfMime, contentOfProperties, type MessageContent } from './message-content.js';
import { reportsAmong } from './received-reports.js';
import { newMessage, type NewMessage } from './stored-message.js';
import { threadedMessage } from './threaded-message.js';

/** Items a GetItem call; larger batches gain little and lose more when one call fails. */
const batchSize = 10;
/** An item is tried this often over later cycles, then set aside. */
const maxAttempts = 5;

interface TakeOptions {
  /** Asks the filter anew about items that it turned away: somebody wants older mail under the filter of today. */
  readonly judgeAgain?: boolean;
}

interface ItemTrouble {
  readonly itemId: string;
  readonly code: string;
  readonly message: string;
}

/** What became of some items; those already stored, and those gone from the server, are in neither number. */
export interface IntakeOutcome {
  /** Stored for the first time. */
  readonly stored: number;
  /** Not readable, now or in an earlier cycle; they have a schedule of their own. */
  readonly failed: number;
}

/** Takes items from the server into the database. One item that cannot be read never stops the others. */
@Injectable()
export class ItemIntake {
  constructor(
    private readonly store: IncomingStore,
    private readonly items: MessageItemsStore,
    private readonly failures: ItemFailuresStore,
    private readonly filtered: FilteredItemsStore,
    private readonly screening: ItemScreening,
    private readonly events: EventsStore,
    private readonly threading: Threading,
    private readonly metrics: IncomingMetrics,
    private readonly reports: DeliveryReports,
    private readonly ownTests: OwnTestsStore,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Fetches and stores the items that are not stored yet, batch by batch, each batch in a transaction of its own. */
  async take(
    run: MailboxRun,
    folder: string,
    itemIds: readonly string[],
    { judgeAgain = false }: TakeOptions = {},
  ): Promise<IntakeOutcome> {
    const known = await this.items.known(run.mailbox.id, itemIds);
    const missing = [...new Set(itemIds)].filter((id) => !known.has(id));
    // What failed has a schedule of its own; each listing that shows it again would use up its tries.
    const failed = await this.failures.failed(run.mailbox.id, missing);
    const turnedAway = judgeAgain ? new Set() : await this.filtered.known(run.mailbox.id, missing);
    const wanted = missing.filter((id) => !failed.has(id) && !turnedAway.has(id));
    let outcome: IntakeOutcome = { stored: 0, failed: failed.size };
    for (let start = 0; start < wanted.length; start += batchSize) {
      run.goOn();
      outcome = sum(outcome, await this.takeBatch(run, folder, wanted.slice(start, start + batchSize)));
    }
    return outcome;
  }

  /** Tries again what failed in earlier cycles. */
  async retryFailed(run: MailboxRun, folder: string): Promise<void> {
    const due = await this.failures.due(run.mailbox.id, folder, this.clock.now(), batchSize);
    // One by one: a poisonous item must not spoil the try of its neighbours.
    for (const { itemId } of due) {
      run.goOn();
      await this.takeBatch(run, folder, [itemId]);
    }
  }

  private async takeBatch(run: MailboxRun, folder: string, itemIds: readonly string[]): Promise<IntakeOutcome> {
    const { wanted, turnedAway, headersOnly } = await this.screening.screen(run, folder, itemIds);
    const messages: NewMessage[] = [...headersOnly];
    const troubles: ItemTrouble[] = [];
    const gone: string[] = [];
    for (const result of wanted.length > 0 ? await this.fetch(run, wanted) : []) {
      if (!result.ok && result.error.code === 'ErrorItemNotFound') {
        // Moved or deleted since the listing; where it went, the next sync tells.
        gone.push(result.itemId);
        continue;
      }
      if (!result.ok && isBeyondItem(result.error) && !maySpoilBatch(result.error)) throw result.error;
      const read = result.ok
        ? await this.read(run, result.item)
        : await this.readByProperties(run, result.itemId, result.error);
      if ('code' in read) troubles.push(read);
      else messages.push(read);
    }
    if (turnedAway.length > 0) await this.turnAway(run, turnedAway);
    // Where the listing left the Message-ID out, only the message itself tells that it is a test.
    const mail = await this.ownTests.without(messages, ({ content }) => content.internetMessageId);
    return this.storeTogether(run, folder, mail, troubles, gone);
  }

  /** What a filter keeps out leaves a count, and is known when it is listed again. */
  private async turnAway(run: MailboxRun, itemIds: readonly string[]): Promise<void> {
    await run.commit(async (manager) => {
      await this.filtered.note(manager, run.mailbox.id, itemIds, this.clock.now());
      await this.failures.forget(manager, run.mailbox.id, itemIds);
    });
    run.tally.add('turned-away', itemIds.length);
  }

  /**
   * One item can spoil the answer for all of a batch: the server runs out of time over it, or writes XML
   * that nobody can read. Then each is asked for alone, and only if none can be read is it the server.
   */
  private async fetch(run: MailboxRun, itemIds: readonly string[]): Promise<FetchResult[]> {
    try {
      return await run.session.fetchItems(itemIds, { signal: run.signal });
    } catch (error) {
      if (!(error instanceof MailServerError) || itemIds.length === 1 || !maySpoilBatch(error)) throw error;
      const results: FetchResult[] = [];
      for (const itemId of itemIds) {
        results.push(
          ...(await run.session.fetchItems([itemId], { signal: run.signal }).catch((alone: unknown): FetchResult[] => {
            if (!(alone instanceof MailServerError) || !maySpoilBatch(alone)) throw alone;
            return [{ ok: false, itemId, error: alone }];
          })),
        );
      }
      if (!results.some((result) => result.ok)) throw error;
      return results;
    }
  }

  private async read(run: MailboxRun, item: FetchedItem): Promise<NewMessage | ItemTrouble> {
    if (!item.mime) return this.readByProperties(run, item.id, null);
    try {
      const whole = { item, content: await contentOfMime(item.mime, item.properties) };
      const kept = await withoutBlocked(whole, run.profile);
      return newMessage(kept.item, kept.content, this.clock.now());
    } catch (error) {
      const byProperties = await this.readByProperties(run, item.id, null);
      if ('code' in byProperties)
        return { ...byProperties, message: `${byProperties.message}; its MIME cannot be read: ${textOf(error)}` };
      // The original is kept although it could not be parsed, unless something in it may be blocked.
      const mime = hasRules(run.profile) ? null : item.mime;
      return { ...byProperties, item: { ...byProperties.item, mime } };
    }
  }

  /** The second way to an item: the server's own reading of it, its attachments one by one. */
  private async readByProperties(
    run: MailboxRun,
    itemId: string,
    first: MailServerError | null,
  ): Promise<NewMessage | ItemTrouble> {
    try {
      const item = await run.session.fetchItemProperties(itemId, { signal: run.signal });
      const refs = item.properties.attachments;
      const attachments = await fetchAttachments(run.session, refs, run.profile, run.signal);
      const content: MessageContent = contentOfProperties(item, attachments);
      return newMessage(item, content, this.clock.now());
    } catch (error) {
      if (!(error instanceof MailServerError) || (isBeyondItem(error) && !maySpoilBatch(error))) throw error;
      const cause = first ?? error;
      return { itemId, code: cause.code, message: cause.details.text };
    }
  }

  /** Stores a batch; when PostgreSQL refuses a row of it, each message by itself, so that only that one is set aside. */
  private async storeTogether(
    run: MailboxRun,
    folder: string,
    messages: readonly NewMessage[],
    troubles: readonly ItemTrouble[],
    gone: readonly string[],
  ): Promise<IntakeOutcome> {
    try {
      return await this.commit(run, folder, messages, troubles, gone);
    } catch (error) {
      if (!isDataError(error)) throw error;
      const [only] = messages;
      if (messages.length === 1 && only) {
        const trouble = {
          itemId: only.item.id,
          code: 'CannotStore',
          message: 'The database refuses the content of this message.',
        };
        return this.commit(run, folder, [], [...troubles, trouble], gone);
      }
      let outcome = await this.commit(run, folder, [], troubles, gone);
      for (const message of messages) outcome = sum(outcome, await this.storeTogether(run, folder, [message], [], []));
      return outcome;
    }
  }

  private async commit(
    run: MailboxRun,
    folder: string,
    messages: readonly NewMessage[],
    troubles: readonly ItemTrouble[],
    gone: readonly string[],
  ): Promise<IntakeOutcome> {
    const now = this.clock.now();
    const mailboxId = run.mailbox.id;
    const fresh = await run.commit(async (manager) => {
      const stored = await this.store.store(manager, { mailboxId, profileId: run.profile.id, folder }, messages, now);
      const threaded = stored.map((message) => threadedMessage(message, mailboxId));
      const placed = await this.threading.join(manager, run.profile, threaded, now);
      await this.events.append(
        manager,
        stored.map((message) => ({
          type: 'message.received' as const,
          profileId: run.profile.id,
          mailboxId,
          subjectId: message.id,
          data: {
            emailAddress: run.mailbox.emailAddress,
            internetMessageId: message.content.internetMessageId,
            contentId: message.contentId,
            receivedAt: message.receivedAt.toISOString(),
            threadId: placed.get(message.id)?.threadId ?? null,
          },
        })),
        now,
      );
      await this.reports.record(manager, run.profile.id, await reportsAmong(stored), now);
      await this.failures.forget(manager, mailboxId, [...messages.map((message) => message.item.id), ...gone]);
      for (const trouble of troubles) {
        const retryAt = (attempts: number) =>
          attempts >= maxAttempts ? null : new Date(now.getTime() + retryDelay(attempts + 3, Math.random()));
        await this.failures.note(manager, { mailboxId, folder, ...trouble }, retryAt, now);
      }
      return stored;
    });
    run.tally.add('stored', fresh.length);
    run.tally.add('unreadable', troubles.length);
    this.metrics.took(fresh.length, troubles);
    if (fresh.length > 0)
      this.log.info({ mailbox: run.mailbox.emailAddress, folder, messages: fresh.length }, 'mail received');
    for (const { itemId, code } of troubles)
      this.log.warn({ mailbox: run.mailbox.emailAddress, folder, itemId, code }, 'an item could not be read');
    return { stored: fresh.length, failed: troubles.length };
  }
}

const sum = (one: IntakeOutcome, other: IntakeOutcome): IntakeOutcome => ({
  stored: one.stored + other.stored,
  failed: one.failed + other.failed,
});

/** An error that an item reports but that is not the item's: going on would meet it again with every item. */
function isBeyondItem(error: MailServerError): boolean {
  const failure = classify(error);
  return failure.scope !== 'item' && (failure.retry === 'backoff' || consequenceOf(failure) !== 'retry-later');
}

const spoilingCodes = new Set(['ErrorTimeoutExpired', 'TimedOut', 'ErrorInternalServerError', 'Http500']);

/** An error of a whole call that one item of it can cause. */
function maySpoilBatch({ details }: MailServerError): boolean {
  return details.origin === 'protocol' || spoilingCodes.has(details.code);
}

/** PostgreSQL's classes for "this value cannot be stored": data exception, constraint, program limit. */
function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(22|23|54)...$/.test(code);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
