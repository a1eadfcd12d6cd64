import { attribute, child, type XmlElement } from '../soap/element.js';
import { readBoolean, readInteger } from '../soap/values.js';

/** One page of a FindItem answer, before its rows are read. */
export interface FindItemPage {
  readonly rows: readonly XmlElement[];
  readonly last: boolean;
  /** Not behind `offset` only where the page promises more and lists nothing. */
  readonly nextOffset: number;
}

/**
 * Reads a RootFolder (types.xsd `FindItemParentType`). Every attribute of it may be missing: then a page that
 * is not full is taken for the last.
 */
export function readFindItemPage(root: XmlElement, offset: number, limit: number): FindItemPage {
  const rows = child(root, 'Items')?.children ?? [];
  const seen = offset + rows.length;
  const stated = readInteger(attribute(root, 'IndexedPagingOffset'));
  const total = readInteger(attribute(root, 'TotalItemsInView'));
  const last =
    readBoolean(attribute(root, 'IncludesLastItemInRange')) ?? (total === null ? rows.length < limit : seen >= total);
  // An offset that does not move on would list the same page again.
  return { rows, last, nextOffset: stated !== null && stated > offset ? stated : seen };
}
