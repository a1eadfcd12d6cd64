import { Injectable } from '@nestjs/common';
import type { FetchedItem } from '../../../drivers/port/mail-item.js';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { AddressBookStore } from '../address-book/address-book.store.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { ThreadsStore } from '../threads/threads.store.js';
import { ExchangeNames } from './exchange-names.js';
import type { IsolatedReading, ItemResult } from './isolated-reading.js';
import { filterQuestions, letsIn, type FilterQuestions } from './mail-filter.js';
import { contentOfProperties } from './message-content.js';
import { newMessage, type NewMessage } from './stored-message.js';

/** What is to become of items, before any of their content is fetched. */
export interface Screened {
  readonly wanted: readonly string[];
  readonly turnedAway: readonly string[];
  /** Too large: their headers are all that is stored. */
  readonly headersOnly: readonly NewMessage[];
}

/** Folder of mail that the owner sent: no filter of received mail is meant for it, except that nothing is nothing. */
const sentFolder = 'sentitems';

/** Decides from the headers which items are fetched at all. */
@Injectable()
export class ItemScreening {
  constructor(
    private readonly dataSource: DataSource,
    private readonly threads: ThreadsStore,
    private readonly addressBook: AddressBookStore,
    private readonly names: ExchangeNames,
    private readonly clock: Clock,
  ) {}

  async screen(
    run: MailboxRun,
    folder: string,
    itemIds: readonly string[],
    reading: IsolatedReading,
  ): Promise<Screened> {
    const { filter: wish } = run.mailbox;
    const filter = folder === sentFolder && wish !== 'none' ? 'all' : wish;
    const { maxMessageBytes, trackingToken } = run.profile;
    if (filter === 'none') return { wanted: [], turnedAway: itemIds, headersOnly: [] };
    if (filter === 'all' && maxMessageBytes === null) return { wanted: itemIds, turnedAway: [], headersOnly: [] };

    const results = await reading.fetch(folder, itemIds, (part) =>
      run.session.fetchItemHeaders(part, { signal: run.signal }),
    );
    // Whatever is wrong with an item, fetching it as a whole knows what to do about it.
    const unclear = results.flatMap((result) => (result.ok ? [] : [result.itemId]));
    const prefix = trackingToken.enabled ? trackingToken.prefix : null;
    const questioned: (Extract<ItemResult, { ok: true }> & { questions: FilterQuestions })[] = [];
    for (const result of results) {
      if (!result.ok) continue;
      const { properties } = result.item;
      const asked = filter === 'known' ? await this.names.resolveSender(run, properties) : properties;
      questioned.push({ ...result, questions: filterQuestions(asked, prefix) });
    }
    const all = questioned.map(({ questions }) => questions);
    const facts = {
      ours: await this.ours(run.profile.id, filter === 'all' ? [] : all.flatMap(({ answers }) => answers)),
      known: await this.addressBook.known(
        run.profile.id,
        filter === 'known' ? [...new Set(all.flatMap(({ senders }) => senders))] : [],
      ),
    };
    const isIn = questioned.map((item) => ({ ...item, isIn: letsIn(filter, item.questions, facts) }));
    const taken = isIn.filter((item) => item.isIn);
    const tooLarge = taken.filter(({ item }) => isLarger(item, maxMessageBytes));
    return {
      wanted: [...unclear, ...taken.filter((item) => !tooLarge.includes(item)).map(({ itemId }) => itemId)],
      turnedAway: isIn.filter((item) => !item.isIn).map(({ itemId }) => itemId),
      headersOnly: await Promise.all(
        tooLarge.map(({ item, itemId }) => this.headersOf(run, { ...item, id: itemId }, maxMessageBytes ?? 0)),
      ),
    };
  }

  private async ours(profileId: string, keys: readonly string[]): Promise<Set<string>> {
    return keys.length === 0 ? new Set() : this.threads.ours(this.dataSource, profileId, [...new Set(keys)]);
  }

  private async headersOf(run: MailboxRun, item: FetchedItem, limitBytes: number): Promise<NewMessage> {
    const content = contentOfProperties({ ...item, properties: { ...item.properties, attachments: [] } }, []);
    const omitted = { reason: 'message-size', sizeBytes: item.properties.size ?? 0, limitBytes } as const;
    const message = newMessage(item, { ...content, omitted }, this.clock.now());
    return { ...message, content: await this.names.resolve(run, message.content) };
  }
}

const isLarger = ({ properties }: FetchedItem, limit: number | null): boolean =>
  limit !== null && properties.size !== null && properties.size > limit;
