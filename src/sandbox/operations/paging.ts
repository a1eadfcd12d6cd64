import { ItemError } from '../soap/faults.js';
import type { XmlElement } from '../xml/element.js';

/** A page of a result with the paging attributes of its RootFolder element. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly attributes: Record<string, string | number | boolean>;
}

/**
 * Reads `IndexedPageItemView` or `FractionalPageItemView` (`…FolderView` for folders); the result cuts pages.
 * @param limit most rows of one page, whatever the client asks for.
 */
export function readPage(
  request: XmlElement,
  suffix: 'ItemView' | 'FolderView',
  limit: number,
): <T>(all: readonly T[]) => Page<T> {
  const indexed = request.child(`IndexedPage${suffix}`);
  const fractional = request.child(`FractionalPage${suffix}`);
  const view = indexed ?? fractional;
  const size = Math.min(whole(view, 'MaxEntriesReturned') ?? limit, limit);
  if (size < 1) throw new ItemError('ErrorInvalidPagingMaxRows');
  if (fractional) return (all) => fractionalPage(all, fractional, size);
  const offset = whole(indexed, 'Offset') ?? 0;
  if (offset < 0) throw new ItemError('ErrorInvalidIndexedPagingParameters', 'The offset is negative.');
  const fromEnd = indexed?.attribute('BasePoint') === 'End';
  return (all) => (fromEnd ? pageFromEnd(all, offset, size) : pageFrom(all, offset, size));
}

function pageFrom<T>(all: readonly T[], offset: number, size: number): Page<T> {
  const items = all.slice(offset, offset + size);
  const next = Math.min(offset, all.length) + items.length;
  return {
    items,
    attributes: {
      IndexedPagingOffset: next,
      TotalItemsInView: all.length,
      IncludesLastItemInRange: next >= all.length,
    },
  };
}

/** Counted backwards from the end; the rows keep the order of the view. */
function pageFromEnd<T>(all: readonly T[], offset: number, size: number): Page<T> {
  const end = Math.max(all.length - offset, 0);
  const start = Math.max(end - size, 0);
  return {
    items: all.slice(start, end),
    attributes: {
      IndexedPagingOffset: all.length - start,
      TotalItemsInView: all.length,
      IncludesLastItemInRange: start === 0,
    },
  };
}

function fractionalPage<T>(all: readonly T[], view: XmlElement, size: number): Page<T> {
  const numerator = whole(view, 'Numerator') ?? 0;
  const denominator = whole(view, 'Denominator') ?? 0;
  if (denominator < 1 || numerator < 0 || numerator > denominator) {
    throw new ItemError('ErrorInvalidFractionalPagingParameters', 'The fraction is invalid.');
  }
  const start = Math.floor((all.length * numerator) / denominator);
  const items = all.slice(start, start + size);
  return {
    items,
    attributes: {
      NumeratorOffset: start + items.length,
      AbsoluteDenominator: Math.max(all.length, 1),
      TotalItemsInView: all.length,
      IncludesLastItemInRange: start + items.length >= all.length,
    },
  };
}

function whole(view: XmlElement | undefined, name: string): number | undefined {
  const text = view?.attribute(name);
  return text === undefined ? undefined : Number(text);
}
