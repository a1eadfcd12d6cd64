import { MailServerError } from '../../port/mail-error.js';
import type { MarkedItem } from '../../port/mail-server.js';
import type { OperationContext } from '../ews-operation.js';
import { child, childText } from '../soap/element.js';
import { readDate } from '../soap/values.js';
import { readFindItemPage } from './find-item-page.js';
import { distinguishedFolderId } from './folder-ids.js';
import { fetchMarkers } from './item-markers.js';
import { readItemRef } from './item-ref.js';
import { reachesBehind } from './listing-form.js';
import { additionalProperties, MARKER_PROPERTY, readMarker } from './property-paths.js';

const PAGE = 250;
/** More items than 10,000 are not compared; what cannot be looked through is never called empty. */
const MAX_PAGES = 40;
/** Clocks differ, and a server may date a copy a little before the draft that it was made of. */
const SLACK_MS = 24 * 60 * 60_000;
const RECEIVED = 'item:DateTimeReceived';

interface Shape {
  readonly sorted: boolean;
  /** Whether the listing itself is asked for the markers; otherwise each page's items are. */
  readonly withMarkers: boolean;
}

/** Simpler step by step, for servers that refuse parts of it. */
const SHAPES: readonly Shape[] = [
  { sorted: true, withMarkers: true },
  { sorted: false, withMarkers: true },
  { sorted: true, withMarkers: false },
  { sorted: false, withMarkers: false },
];

interface Row {
  readonly item: MarkedItem;
  readonly marker: string | null;
  readonly date: Date | null;
}

/**
 * Items of one folder that carry the marker, found by listing the folder and comparing here: for servers that
 * do not search by our property. Where the newest come first it ends at what is older than the message.
 * @throws MailServerError when the folder cannot be looked through to its end
 */
export async function listMarked(
  context: OperationContext,
  folder: MarkedItem['folder'],
  marker: string,
  signal?: AbortSignal,
): Promise<MarkedItem[]> {
  const [shape, first] = await firstPage(context, folder, signal);
  const notBefore = createdAt(marker);
  const found: MarkedItem[] = [];
  const seen = new Set<string>();
  let page = first;
  for (let pages = 1; ; pages += 1) {
    const before = seen.size;
    for (const { item } of page.rows) seen.add(item.id);
    const markers = await markersOf(context, page.rows, signal);
    found.push(...page.rows.map(({ item }) => item).filter(({ id }) => markers.get(id) === marker));
    const dates = page.rows.map(({ date }) => date);
    if (page.last || (notBefore !== null && reachesBehind(dates, notBefore, shape.sorted))) return found;
    if (pages >= MAX_PAGES || seen.size === before)
      throw page.unexpected(`${folder} cannot be looked through: after ${seen.size} items it does not end`);
    page = await onePage(context, folder, shape, page.nextOffset, signal);
  }
}

async function firstPage(
  context: OperationContext,
  folder: MarkedItem['folder'],
  signal?: AbortSignal,
): Promise<[Shape, Awaited<ReturnType<typeof onePage>>]> {
  let refused: unknown;
  for (const shape of SHAPES) {
    try {
      return [shape, await onePage(context, folder, shape, 0, signal)];
    } catch (error) {
      if (!(error instanceof MailServerError) || error.details.queryRefusal === null) throw error;
      refused = error;
    }
  }
  throw refused;
}

/** Some servers leave the property out of listings and tell it of the items themselves. */
async function markersOf(
  context: OperationContext,
  rows: readonly Row[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  if (rows.some(({ marker }) => marker !== null))
    return new Map(rows.flatMap(({ item, marker }) => (marker === null ? [] : [[item.id, marker] as const])));
  return fetchMarkers(
    context,
    rows.map(({ item }) => item.id),
    signal,
  );
}

async function onePage(
  context: OperationContext,
  folder: MarkedItem['folder'],
  { sorted, withMarkers }: Shape,
  offset: number,
  signal?: AbortSignal,
) {
  const answer = await context.call(
    {
      name: 'FindItem',
      changes: false,
      body: () => ({
        'm:FindItem': {
          '@Traversal': 'Shallow',
          'm:ItemShape': {
            't:BaseShape': 'IdOnly',
            't:AdditionalProperties': additionalProperties([RECEIVED], withMarkers ? [MARKER_PROPERTY] : []),
          },
          'm:IndexedPageItemView': { '@MaxEntriesReturned': PAGE, '@Offset': offset, '@BasePoint': 'Beginning' },
          'm:SortOrder': sorted
            ? { 't:FieldOrder': { '@Order': 'Descending', 't:FieldURI': { '@FieldURI': RECEIVED } } }
            : undefined,
          'm:ParentFolderIds': { 't:DistinguishedFolderId': distinguishedFolderId(context.identity, folder) },
        },
      }),
    },
    signal,
  );
  const unexpected = (text: string) => answer.unexpected(text);
  let root;
  try {
    root = child(answer.single('RootFolder'), 'RootFolder');
  } catch (error) {
    if (!isMissingOutbox(folder, error)) throw error;
    return { rows: [], last: true, nextOffset: 0, unexpected };
  }
  if (root === null) throw answer.unexpected('the answer has no RootFolder');
  const page = readFindItemPage(root, offset, PAGE);
  const rows = page.rows.map((row): Row => {
    const ref = readItemRef(child(row, 'ItemId'));
    if (ref === null) throw answer.unexpected('a listed item has no id');
    return {
      item: { ...ref, folder },
      marker: readMarker(row),
      date: readDate(childText(row, 'DateTimeReceived')),
    };
  });
  return { rows, last: page.last, nextOffset: page.nextOffset, unexpected };
}

/** Some mailboxes have never had an Outbox, and a delegate may not be shown it. */
export function isMissingOutbox(folder: MarkedItem['folder'], error: unknown): boolean {
  if (folder !== 'outbox' || !(error instanceof MailServerError)) return false;
  return error.code === 'ErrorFolderNotFound' || error.code === 'ErrorItemNotFound';
}

const V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Ids of ours are UUIDs of version 7, which begin with the time in ms: nothing that carries one is older. */
function createdAt(marker: string): Date | null {
  const match = V7.exec(marker);
  return match === null ? null : new Date(Number.parseInt(`${match[1]}${match[2]}`, 16) - SLACK_MS);
}
