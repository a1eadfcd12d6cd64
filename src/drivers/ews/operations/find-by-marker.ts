import { randomUUID } from 'node:crypto';
import { MailServerError } from '../../port/mail-error.js';
import type { MarkedItem } from '../../port/mail-server.js';
import type { EwsAnswer } from '../ews-answer.js';
import type { OperationContext } from '../ews-operation.js';
import { child, type XmlElement } from '../soap/element.js';
import { readFindItemPage } from './find-item-page.js';
import { distinguishedFolderId } from './folder-ids.js';
import { readItemRef } from './item-ref.js';
import { isMissingOutbox, listMarked } from './list-marked.js';
import { additionalProperties, MARKER_PROPERTY, readMarker } from './property-paths.js';

/**
 * Searched in the order in which a message being sent moves on: one that moves meanwhile is then
 * found at least once. The other way round it could slip through between two folders.
 */
const SEARCHED = ['drafts', 'outbox', 'sentitems'] as const;
type Searched = (typeof SEARCHED)[number];

const PAGE = 100;
/** More items than this with one marker: the server does not search, but lists whatever is there. */
const MAX_PAGES = 10;

interface Row {
  readonly item: MarkedItem;
  readonly marker: string | null;
}

interface Page {
  readonly rows: readonly Row[];
  readonly last: boolean;
  readonly nextOffset: number;
}

/**
 * FindItem (messages.xsd `FindItemType`) on the marker. Where a server refuses to search by it, or does not heed
 * the restriction, the folders are listed and compared here.
 * @throws MailServerError whenever a folder could not be looked through: an empty result is a promise
 */
export async function findByMarker(
  context: OperationContext,
  marker: string,
  signal?: AbortSignal,
): Promise<MarkedItem[]> {
  if (context.support.searchesMarkers) {
    const found = await search(context, marker, signal);
    if (found !== null) return found;
    context.support.refusedMarkerSearch();
  }
  const found: MarkedItem[] = [];
  for (const folder of SEARCHED) found.unshift(...(await listMarked(context, folder, marker, signal)));
  return found;
}

/** @returns null where the server does not search by the marker */
async function search(context: OperationContext, marker: string, signal?: AbortSignal): Promise<MarkedItem[] | null> {
  try {
    const found: Row[] = [];
    const firsts = await searchPages(context, marker, SEARCHED, 0, signal);
    for (const [index, folder] of SEARCHED.entries()) {
      // Some servers answer for the first folder alone.
      let page = firsts[index] ?? (await searchOne(context, marker, folder, 0, signal));
      const rows = [...page.rows];
      for (let pages = 1; !page.last; pages += 1) {
        if (pages >= MAX_PAGES || page.rows.length === 0) return null;
        page = await searchOne(context, marker, folder, page.nextOffset, signal);
        rows.push(...page.rows);
      }
      found.unshift(...rows);
    }
    if (found.some((row) => row.marker !== null && row.marker !== marker)) return null;
    const isShown = found.every((row) => row.marker === marker);
    if (!isShown && !(await heedsRestriction(context, signal))) return null;
    return found.map(({ item }) => item);
  } catch (error) {
    if (error instanceof MailServerError && error.details.queryRefusal !== null) return null;
    throw error;
  }
}

/**
 * Whether a search finds nothing where there is nothing. Asked where the server found items and does not show
 * their markers: taken for ours, mail of other people would be deleted as drafts that were made twice.
 */
async function heedsRestriction(context: OperationContext, signal?: AbortSignal): Promise<boolean> {
  const nobodys = await searchPages(context, `none-${randomUUID()}`, SEARCHED, 0, signal);
  return nobodys.every(({ rows }) => rows.length === 0);
}

async function searchOne(
  context: OperationContext,
  marker: string,
  folder: Searched,
  offset: number,
  signal?: AbortSignal,
): Promise<Page> {
  const [page] = await searchPages(context, marker, [folder], offset, signal);
  if (page === undefined) throw new Error('searchPages gives at least one page');
  return page;
}

/** @returns a page for each folder that the server answered for, the first one at least */
async function searchPages(
  context: OperationContext,
  marker: string,
  folders: readonly Searched[],
  offset: number,
  signal?: AbortSignal,
): Promise<Page[]> {
  const answer = await context.call(
    {
      name: 'FindItem',
      changes: false,
      body: () => ({
        'm:FindItem': {
          '@Traversal': 'Shallow',
          'm:ItemShape': {
            't:BaseShape': 'IdOnly',
            't:AdditionalProperties': additionalProperties([], [MARKER_PROPERTY]),
          },
          'm:IndexedPageItemView': { '@MaxEntriesReturned': PAGE, '@Offset': offset, '@BasePoint': 'Beginning' },
          'm:Restriction': {
            't:IsEqualTo': {
              't:ExtendedFieldURI': MARKER_PROPERTY,
              't:FieldURIOrConstant': { 't:Constant': { '@Value': marker } },
            },
          },
          'm:ParentFolderIds': {
            't:DistinguishedFolderId': folders.map((folder) => distinguishedFolderId(context.identity, folder)),
          },
        },
      }),
    },
    signal,
  );
  const [first] = answer.messages;
  if (first === undefined) throw answer.unexpected('the answer has no response message');
  return folders.flatMap((folder, index) => {
    const message = answer.messages[index];
    return message === undefined ? [] : [readPage(answer, message, folder, offset)];
  });
}

function readPage(answer: EwsAnswer, message: XmlElement, folder: Searched, offset: number): Page {
  const root = child(message, 'RootFolder');
  const error = answer.errorOf(message, root);
  if (error !== null) {
    if (isMissingOutbox(folder, error)) return { rows: [], last: true, nextOffset: offset };
    throw error;
  }
  if (root === null) throw answer.unexpected(`the answer says nothing of ${folder}`);
  const page = readFindItemPage(root, offset, PAGE);
  const rows = page.rows.map((row): Row => {
    const ref = readItemRef(child(row, 'ItemId'));
    if (ref === null) throw answer.unexpected('a listed item has no id');
    return { item: { ...ref, folder }, marker: readMarker(row) };
  });
  return { rows, last: page.last, nextOffset: page.nextOffset };
}
