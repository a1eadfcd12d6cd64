import { type FieldReader, itemSortReader } from '../items/field-value.js';
import { compareValues } from '../items/restriction.js';
import { TYPES } from '../soap/namespaces.js';
import type { Item } from '../store/item.js';
import { XmlElement } from '../xml/element.js';
import { dateTime, element, textElement } from '../xml/write-xml.js';
import type { Page } from './paging.js';

/** How FindItem groups: by a property, with the groups ordered by the highest or lowest value of another property. */
interface Grouping {
  readonly by: FieldReader<Item>;
  readonly on: FieldReader<Item>;
  readonly highest: boolean;
  readonly descending: boolean;
}

/** An item in one of its groups; an item with several values, such as categories, is in several groups. */
interface Member {
  readonly group: string;
  readonly item: Item;
}

/** Reads `GroupBy` or `DistinguishedGroupBy`; undefined if the request has neither. */
export function readGrouping(request: XmlElement): Grouping | undefined {
  const custom = request.child('GroupBy');
  const standard = request.child('DistinguishedGroupBy');
  const descending = (custom ?? standard)?.attribute('Order') === 'Descending';
  if (standard) {
    return { by: reader('message:ConversationTopic'), on: reader('item:DateTimeReceived'), highest: true, descending };
  }
  const aggregate = custom?.child('AggregateOn');
  const [path] = custom?.children ?? [];
  const [on] = aggregate?.children ?? [];
  if (!path || !on) return undefined;
  const highest = aggregate?.attribute('Aggregate') === 'Maximum';
  return { by: itemSortReader(path), on: itemSortReader(on), highest, descending };
}

const reader = (uri: string): FieldReader<Item> =>
  itemSortReader(new XmlElement(TYPES, 'FieldURI', new Map([['FieldURI', uri]])));

/** The items by group, in their original order within each group. */
export function grouped(items: readonly Item[], { by, on, highest, descending }: Grouping): Member[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    for (const name of namesOf(by, item)) {
      const group = groups.get(name);
      if (group) group.push(item);
      else groups.set(name, [item]);
    }
  }
  const aggregate = (members: readonly Item[]): ReturnType<typeof on.read> =>
    members.map((item) => on.read(item)).sort((a, b) => (highest ? -1 : 1) * compareValues(a, b))[0];
  return [...groups]
    .map(([name, members]) => ({ name, members, value: aggregate(members) }))
    .sort((a, b) => (descending ? -1 : 1) * compareValues(a.value, b.value))
    .flatMap(({ name, members }) => members.map((item) => ({ group: name, item })));
}

function namesOf(by: FieldReader<Item>, item: Item): readonly string[] {
  const value = by.read(item);
  if (value === undefined) return [''];
  const values = typeof value === 'object' ? value : [value];
  return values.map((single) => (by.kind === 'date' ? dateTime(Number(single)) : String(single)));
}

/** The `Groups` element of a response. */
export function groupedContent(
  { items, attributes }: Page<Member>,
  write: (item: Item) => string,
): { content: string; attributes: Page<Member>['attributes'] } {
  const groups = new Map<string, string>();
  for (const { group, item } of items) groups.set(group, (groups.get(group) ?? '') + write(item));
  const content = [...groups].map(([name, xml]) =>
    element('t:GroupedItems', textElement('t:GroupIndex', name) + element('t:Items', xml)),
  );
  return { content: element('t:Groups', content.join('')), attributes };
}
