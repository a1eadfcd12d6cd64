import { Inject, Injectable } from '@nestjs/common';
import type { ItemProperties } from '../../../drivers/port/mail-item.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { OwnTestsStore } from '../../mailboxes/own-tests.store.js';
import { codesMetBefore } from './folder-attribution.js';
import { FilteredItemsStore } from './filtered-items.store.js';
import { IncomingMetrics } from './incoming-metrics.js';
import { MessageItemsStore, type KnownItem } from './message-items.store.js';
import { IsolatedReading } from './isolated-reading.js';
import { ItemFailuresStore, type ItemFailure } from './item-failures.store.js';
import { ItemReader, type ItemTrouble, type ReadItems } from './item-reader.js';
import { ItemReadingsStore } from './item-readings.store.js';
import { ItemScreening } from './item-screening.js';
import { ItemTroubles } from './item-troubles.js';
import { MarkedReading } from './marked-reading.js';
import { MessageStorage } from './message-storage.js';
import { reportsAmong } from './received-reports.js';
import type { NewMessage } from './stored-message.js';
import { lastingMs, UnreadableNotices } from './unreadable-notices.js';

/** Items a GetItem call; larger batches gain little and lose more when one call fails. */
const batchSize = 10;
/** Items of a folder that one run tries again. */
const maxRetries = 100;
/** Items by which a run asks whether an outage is over. */
const probeSize = 3;

interface TakeOptions {
  /** Asks the filter anew about items that it turned away: somebody wants older mail under the filter of today. */
  readonly judgeAgain?: boolean;
}

/** What became of some items; those already stored, and those gone from the server, are in neither number. */
export interface IntakeOutcome {
  /** Stored for the first time. */
  readonly stored: number;
  /** Not readable, now or in an earlier cycle; they have a schedule of their own. */
  readonly failed: number;
}

/** Items that were read, and those whose marks end when the result is stored. */
interface TakenItems extends ReadItems {
  readonly ended: readonly string[];
}

/** What a run reads, apart by purpose: old failures must not decide how new mail is asked for. */
interface RunReading {
  readonly fresh: IsolatedReading;
  readonly again: IsolatedReading;
}

/** Takes items from the server into the database. One item that cannot be read never stops the others. */
@Injectable()
export class ItemIntake {
  private readonly readings = new WeakMap<MailboxRun, RunReading>();

  constructor(
    private readonly storage: MessageStorage,
    private readonly items: MessageItemsStore,
    private readonly failures: ItemFailuresStore,
    private readonly filtered: FilteredItemsStore,
    private readonly screening: ItemScreening,
    private readonly reader: ItemReader,
    private readonly marked: MarkedReading,
    private readonly marks: ItemReadingsStore,
    private readonly troubles: ItemTroubles,
    private readonly notices: UnreadableNotices,
    private readonly metrics: IncomingMetrics,
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
    await this.placeFailed(run, folder, failed);
    const turnedAway = judgeAgain ? new Set() : await this.filtered.known(run.mailbox.id, missing);
    const wanted = missing.filter((id) => !failed.has(id) && !turnedAway.has(id));
    const { fresh } = this.readingOf(run);
    let outcome: IntakeOutcome = { stored: 0, failed: failed.size };
    for (let start = 0; start < wanted.length; start += batchSize) {
      run.checkpoint();
      outcome = sum(outcome, await this.takeBatch(run, folder, wanted.slice(start, start + batchSize), fresh));
    }
    return outcome;
  }

  /**
   * Looks at items that the server tells as changed. Most changes are flags: the headers and the size tell which
   * items are read anew, and only what says something else by then is a change of the message.
   * @param told each item once; those without `isUpdate` were listed as new, and changed before if at all
   */
  async refresh(
    run: MailboxRun,
    folder: string,
    told: readonly { readonly id: string; readonly changeKey: string | null; readonly isUpdate: boolean }[],
  ): Promise<void> {
    const keys = told.flatMap(({ id, changeKey, isUpdate }) =>
      changeKey === null ? [] : [{ itemId: id, changeKey, isUpdate }],
    );
    const changed = await this.items.changed(run.mailbox.id, keys);
    const { fresh } = this.readingOf(run);
    for (let start = 0; start < changed.length; start += batchSize) {
      run.checkpoint();
      const batch = changed.slice(start, start + batchSize);
      const headers = await fresh.fetch(
        folder,
        batch.map(({ itemId }) => itemId),
        (part) => run.session.fetchItemHeaders(part, { signal: run.signal }),
      );
      const found = new Map(headers.flatMap((result) => (result.ok ? [[result.itemId, result.item]] : [])));
      const again = batch.filter((known) => mayHaveChanged(known, found.get(known.itemId)?.properties ?? null));
      if (again.length > 0) await this.readAgain(run, folder, again, fresh);
      const seen = batch.map(({ itemId, changeKey }) => {
        const size = found.get(itemId)?.properties.size ?? null;
        return { itemId, changeKey, size };
      });
      await run.commit((manager) => this.items.seen(manager, run.mailbox.id, seen));
    }
  }

  /** What is stored already and cannot be read this time is tried again like what is not whole. */
  private async readAgain(
    run: MailboxRun,
    folder: string,
    items: readonly KnownItem[],
    reading: IsolatedReading,
  ): Promise<void> {
    const ids = items.map(({ itemId }) => itemId);
    await this.marked.read(run, ids, {
      take: async (some) => {
        const read = await this.reader.read(run, folder, some, reading);
        const taken = { ...read, troubles: read.troubles.map(asIncomplete) };
        return this.storeTogether(run, folder, { ...taken, ended: some }, true);
      },
      setAside: (trouble) => this.commit(run, folder, onlyTrouble(asIncomplete(trouble)), true),
    });
  }

  /** The key of a folder can change; failures under the old key would never be retried. */
  private async placeFailed(run: MailboxRun, folder: string, failed: ReadonlyMap<string, string>): Promise<void> {
    const elsewhere = [...failed].flatMap(([itemId, triedWith]) => (triedWith === folder ? [] : [itemId]));
    if (elsewhere.length > 0)
      await run.commit((manager) => this.failures.place(manager, run.mailbox.id, elsewhere, folder));
  }

  /** Tries again what failed in earlier cycles and is due, and gives notice of what has lasted. */
  async retryFailed(run: MailboxRun, folder: string): Promise<void> {
    const now = this.clock.now();
    const lastingSince = new Date(now.getTime() - lastingMs);
    const rows = await this.failures.due(run.mailbox.id, folder, now, lastingSince, maxRetries);
    const lasting = rows.filter(
      ({ kind, reported, firstAt }) => !reported && firstAt <= lastingSince && (kind === 'unread' || kind === 'outage'),
    );
    if (lasting.length > 0) await run.commit((manager) => this.notices.open(manager, run, lasting, now));
    await this.tryAgain(
      run,
      folder,
      rows.filter(({ retryAt }) => retryAt !== null && retryAt <= now),
    );
  }

  /** Tries what is set aside or waits for a later try, for an audit. */
  async tryAllFailed(run: MailboxRun, folder: string): Promise<void> {
    await this.tryAgain(run, folder, await this.failures.waiting(run.mailbox.id, folder, maxRetries));
  }

  private async tryAgain(run: MailboxRun, folder: string, failures: readonly ItemFailure[]): Promise<void> {
    const { again } = this.readingOf(run);
    again.expect(failures.map(({ code }) => code));
    const inOutage = failures.filter(({ kind }) => kind === 'outage');
    const others = failures.filter(({ kind }) => kind !== 'outage');
    const take = async (some: readonly ItemFailure[]) => {
      run.checkpoint();
      const ids = some.map(({ itemId }) => itemId);
      await this.takeBatch(run, folder, ids, again, true);
    };
    if (inOutage.length > 0) await take(inOutage.slice(0, probeSize));
    const due = again.hasRead ? [...others, ...inOutage.slice(probeSize)] : others;
    for (let start = 0; start < due.length && again.givenUpOver === null; start += batchSize)
      await take(due.slice(start, start + batchSize));
  }

  private readingOf(run: MailboxRun): RunReading {
    const known = this.readings.get(run);
    if (known) return known;
    const metBefore = codesMetBefore(run);
    const reading = { fresh: new IsolatedReading(run, metBefore), again: new IsolatedReading(run, metBefore) };
    this.readings.set(run, reading);
    return reading;
  }

  private async takeBatch(
    run: MailboxRun,
    folder: string,
    itemIds: readonly string[],
    reading: IsolatedReading,
    again = false,
  ): Promise<IntakeOutcome> {
    const { wanted, turnedAway, headersOnly } = await this.screening.screen(run, folder, itemIds, reading);
    if (turnedAway.length > 0) await this.turnAway(run, turnedAway);
    let beside = headersOnly;
    const take = async (some: readonly string[]) => {
      const read = await this.reader.read(run, folder, some, reading);
      // If the listing omits the Message-ID, or the server changed it, only the message itself shows that it is a test.
      const mail = await this.ownTests.without([...beside, ...read.messages], ({ content }) => content);
      beside = [];
      return this.storeTogether(run, folder, { ...read, messages: mail, ended: some }, again);
    };
    const setAside = (trouble: ItemTrouble) => this.commit(run, folder, onlyTrouble(trouble), again);
    const outcomes = await this.marked.read(run, wanted, { take, setAside });
    if (beside.length > 0) outcomes.push(await take([]));
    return outcomes.reduce(sum, { stored: 0, failed: 0 });
  }

  /** What a filter keeps out leaves a count, and is known when it is listed again. */
  private async turnAway(run: MailboxRun, itemIds: readonly string[]): Promise<void> {
    const now = this.clock.now();
    await run.commit(async (manager) => {
      await this.filtered.note(manager, run.mailbox.id, itemIds, now);
      await this.troubles.over(manager, run.mailbox.id, { readIds: [], otherIds: itemIds }, now);
    });
    run.stats.add('filtered', itemIds.length);
  }

  /** Stores a batch; when PostgreSQL refuses a row of it, each message by itself, so that only that one is set aside. */
  private async storeTogether(
    run: MailboxRun,
    folder: string,
    read: TakenItems,
    again: boolean,
  ): Promise<IntakeOutcome> {
    try {
      return await this.commit(run, folder, read, again);
    } catch (error) {
      if (!isDataError(error)) throw error;
      const [only] = read.messages;
      if (read.messages.length === 1 && only) {
        const troubles = [...read.troubles, refusedRow(only)];
        return this.commit(run, folder, { ...read, messages: [], troubles }, again);
      }
      const ids = new Set(read.messages.map(({ item }) => item.id));
      const others = { ...read, messages: [], ended: read.ended.filter((itemId) => !ids.has(itemId)) };
      let outcome = await this.commit(run, folder, others, again);
      for (const message of read.messages) {
        const alone = { messages: [message], troubles: [], gone: [], ended: [message.item.id] };
        outcome = sum(outcome, await this.storeTogether(run, folder, alone, again));
      }
      return outcome;
    }
  }

  private async commit(run: MailboxRun, folder: string, read: TakenItems, again: boolean): Promise<IntakeOutcome> {
    const { messages, troubles } = read;
    const now = this.clock.now();
    const readings = this.readingOf(run);
    const isOutage = !readings.fresh.hasRead && !readings.again.hasRead;
    const reports = await reportsAmong(messages);
    const { fresh, revised } = await run.commit(async (manager) => {
      const stored = await this.storage.store(manager, run, folder, { messages, reports, again }, now);
      await this.troubles.note(manager, run.mailbox.id, folder, read, isOutage, now);
      await this.marks.end(manager, run.mailbox.id, read.ended);
      return stored;
    });
    run.stats.add('stored', fresh.length);
    run.stats.add('changed', revised.length);
    run.stats.add('unreadable', troubles.length);
    this.metrics.took(fresh.length, troubles);
    if (fresh.length > 0)
      this.log.info({ mailbox: run.mailbox.emailAddress, folder, messages: fresh.length }, 'mail received');
    for (const { itemId, code } of troubles.slice(0, maxLogged))
      this.log.warn({ mailbox: run.mailbox.emailAddress, folder, itemId, code }, 'an item could not be read');
    return { stored: fresh.length, failed: troubles.length };
  }
}

/** Of a batch that fails whole, one line says what all of them would. */
const maxLogged = 3;

const onlyTrouble = (trouble: ItemTrouble): TakenItems => ({
  messages: [],
  troubles: [trouble],
  gone: [],
  ended: [trouble.itemId],
});

const asIncomplete = (trouble: ItemTrouble): ItemTrouble => ({ ...trouble, isStored: true });

/** Below this size reading an item anew costs as little as wondering about it. In bytes. */
const smallItem = 100_000;

/** @param now what the server says of the item; null: it could not be asked */
function mayHaveChanged(known: KnownItem, now: ItemProperties | null): boolean {
  if (now === null || known.size === null || now.size !== known.size) return true;
  if ((now.subject ?? '') !== (known.subject ?? '')) return true;
  const flagExplains = now.isRead !== null && now.isRead !== known.isRead;
  return !flagExplains && now.size <= smallItem;
}

const refusedRow = ({ item }: NewMessage): ItemTrouble => ({
  itemId: item.id,
  code: 'CannotStore',
  message: 'The database refuses the content of this message.',
  asked: true,
  mayBeOutage: false,
  isStored: false,
  backOffMs: 0,
});

const sum = (one: IntakeOutcome, other: IntakeOutcome): IntakeOutcome => ({
  stored: one.stored + other.stored,
  failed: one.failed + other.failed,
});

/** PostgreSQL's classes for "this value cannot be stored": data exception, constraint, program limit. */
function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(22|23|54)...$/.test(code);
}
