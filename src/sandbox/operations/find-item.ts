import { type FieldReader, itemSortReader } from '../items/field-value.js';
import { type Restriction, compareValues, readRestriction } from '../items/restriction.js';
import { foundIn } from '../items/search-folder.js';
import { readShape } from '../items/shape.js';
import { ItemWriter } from '../items/write-item.js';
import type { Folder, Item } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import { answerEach } from './answer.js';
import type { Operation } from './call.js';
import { grouped, groupedContent, readGrouping } from './grouping.js';
import { type Page, readPage } from './paging.js';
import { findFolder, listOf, requiredChoice } from './targets.js';

export const findItem: Operation = (call, request) => {
  const traversal = requiredChoice(request, 'Traversal', ['Shallow', 'SoftDeleted', 'Associated']);
  const writer = new ItemWriter(call, readShape(request, 'ItemShape'), true);
  const page = readPage(request, 'ItemView', call.findCountLimit);
  return answerEach(call, 'FindItem', listOf(request, 'ParentFolderIds'), (id) => {
    const restriction = withQuery(readRestriction(request.child('Restriction')), request.childText('QueryString'));
    const order = readOrder(request);
    const grouping = readGrouping(request);
    const { mailbox, folder } = findFolder(call, id);
    const found = traversal === 'Shallow' ? search(mailbox, folder, restriction, order) : [];
    const write = (item: Item): string => writer.write(mailbox, item);
    const { content, attributes } = grouping
      ? groupedContent(page(grouped(found, grouping)), write)
      : plainContent(page(found), write);
    if (call.style.omitOptional) {
      delete attributes.TotalItemsInView;
      delete attributes.IndexedPagingOffset;
    }
    return element('m:RootFolder', content, attributes);
  });
};

interface Content {
  readonly content: string;
  readonly attributes: Page<unknown>['attributes'];
}

function plainContent({ items, attributes }: Page<Item>, write: (item: Item) => string): Content {
  return { content: element('t:Items', items.map(write).join('')), attributes };
}

interface Order {
  readonly field: FieldReader<Item>;
  readonly descending: boolean;
}

function readOrder(request: XmlElement): Order[] {
  return (request.child('SortOrder')?.children ?? []).flatMap((order) => {
    const path = order.children[0];
    return path ? [{ field: itemSortReader(path), descending: order.attribute('Order') === 'Descending' }] : [];
  });
}

/** A query string is taken as words that must all occur; good enough for a sandbox. */
function withQuery(restriction: Restriction, query: string | undefined): Restriction {
  if (query === undefined || query.trim() === '') return restriction;
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^\w+:/, '').replaceAll('"', ''));
  return {
    receivedFrom: restriction.receivedFrom,
    matches: (item) => {
      const { subject, from, text, html } = item.content;
      const all = `${subject} ${from?.name ?? ''} ${from?.address ?? ''} ${text ?? html ?? ''}`.toLowerCase();
      return (restriction.matches?.(item) ?? true) && words.every((word) => all.includes(word));
    },
  };
}

/** Matching items in order. By date received, which nearly every call wants, nothing is sorted. */
function search(
  mailbox: Mailbox,
  folder: Folder,
  { receivedFrom, matches }: Restriction,
  order: readonly Order[],
): readonly Item[] {
  const candidates = folder.info.search
    ? foundIn(mailbox, folder.info.search).filter((item) => item.receivedAt >= receivedFrom)
    : folder.receivedFrom(receivedFrom);
  const found = matches ? candidates.filter(matches) : candidates;
  const [first] = order;
  if (order.length === 1 && first?.field.uri === 'item:DateTimeReceived' && !first.descending) return found;
  // Exchange's own order, when none is asked for, is the newest first.
  if (!first || (order.length === 1 && first.field.uri === 'item:DateTimeReceived')) return found.toReversed();
  return found.toSorted((a, b) => {
    for (const { field, descending } of order) {
      const result = compareValues(field.read(a), field.read(b));
      if (result !== 0) return descending ? -result : result;
    }
    return 0;
  });
}
