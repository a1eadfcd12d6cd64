import { ItemWriter } from '../items/write-item.js';
import { type FieldReader, fieldReader } from '../items/field-value.js';
import { type Restriction, compareValues, readRestriction } from '../items/restriction.js';
import { readShape } from '../items/shape.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { Folder, Item } from '../store/item.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import type { Operation } from './call.js';
import { type Page, readPage } from './paging.js';
import { findFolder, listOf, perItem, requiredChoice } from './targets.js';

export const findItem: Operation = async (call, request) => {
  const traversal = requiredChoice(request, 'Traversal', ['Shallow', 'SoftDeleted', 'Associated']);
  const writer = new ItemWriter(call, readShape(request, 'ItemShape'), true);
  const restriction = withQuery(readRestriction(request), request.childText('QueryString'));
  const order = readOrder(request);
  const page = readPage(request, 'ItemView', call.findCountLimit);
  const messages = listOf(request, 'ParentFolderIds').map((id) =>
    perItem(
      () => {
        const { mailbox, folder } = findFolder(call, id);
        const found = traversal === 'Shallow' ? search(folder, restriction, order) : [];
        const { items, attributes } = page(found);
        if (call.style.omitOptional) {
          delete attributes.TotalItemsInView;
          delete attributes.IndexedPagingOffset;
        }
        const xml = items.map((item) => writer.write(mailbox, item)).join('');
        return success('FindItem', element('m:RootFolder', element('t:Items', xml), attributes));
      },
      (error) => failure('FindItem', error, '', call.style.omitOptional),
    ),
  );
  return response('FindItem', await Promise.all(messages));
};

interface Order {
  readonly field: FieldReader;
  readonly descending: boolean;
}

function readOrder(request: XmlElement): Order[] {
  return (request.child('SortOrder')?.children ?? []).flatMap((order) => {
    const path = order.children[0];
    return path ? [{ field: fieldReader(path), descending: order.attribute('Order') === 'Descending' }] : [];
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
function search(folder: Folder, { receivedFrom, matches }: Restriction, order: readonly Order[]): Page<Item>['all'] {
  const start = receivedFrom === -Infinity ? 0 : folder.firstReceivedFrom(receivedFrom);
  const candidates = start === 0 ? folder.byReceived : folder.byReceived.slice(start);
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
