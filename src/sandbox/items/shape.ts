import { schemaFault } from '../soap/faults.js';
import type { XmlElement } from '../xml/element.js';
import { type ExtendedField, readExtendedField } from './extended-field.js';

export type BodyKind = 'Best' | 'HTML' | 'Text';

/** A request's ItemShape: what of each item is wanted. */
export interface ItemShape {
  readonly base: 'IdOnly' | 'Default' | 'AllProperties';
  readonly mime: boolean;
  readonly bodyKind: BodyKind;
  readonly uniqueBodyKind: BodyKind;
  /** FieldURIs asked for by name, such as `item:Subject`. */
  readonly fields: ReadonlySet<string>;
  readonly extended: readonly ExtendedField[];
  /** Lower-case names of single headers (`item:InternetMessageHeader`). */
  readonly headers: ReadonlySet<string>;
}

/** A folder's shape reads alike. */
export function readShape(request: XmlElement, name: 'ItemShape' | 'FolderShape' | 'AttachmentShape'): ItemShape {
  const shape = name === 'AttachmentShape' ? request.child(name) : request.required(name);
  const base = shape?.childText('BaseShape') ?? (name === 'AttachmentShape' ? 'AllProperties' : '');
  // PcxPeopleSearch belongs to people, which the sandbox has none of.
  if (base !== 'IdOnly' && base !== 'Default' && base !== 'AllProperties')
    throw schemaFault(`the BaseShape '${base}' is invalid.`);
  const fields = new Set<string>();
  const extended: ExtendedField[] = [];
  const headers = new Set<string>();
  for (const path of shape?.child('AdditionalProperties')?.children ?? []) {
    if (path.name === 'ExtendedFieldURI') extended.push(readExtendedField(path));
    else if (path.name === 'IndexedFieldURI') headers.add((path.attribute('FieldIndex') ?? '').toLowerCase());
    else fields.add(fieldUri(path));
  }
  return {
    base,
    mime: shape?.childFlag('IncludeMimeContent') ?? false,
    bodyKind: bodyKind(shape?.childText('BodyType')),
    uniqueBodyKind: bodyKind(shape?.childText('UniqueBodyType')),
    fields,
    extended,
    headers,
  };
}

/** The FieldURI attribute of a path. Throws for a path of another kind. */
export function fieldUri(path: XmlElement): string {
  const uri = path.attribute('FieldURI') ?? '';
  if (path.name !== 'FieldURI') {
    throw schemaFault(`the 'FieldURI' attribute is invalid - the value '${uri}' is invalid.`);
  }
  return uri;
}

function bodyKind(text = 'Best'): BodyKind {
  if (text !== 'Best' && text !== 'HTML' && text !== 'Text') throw schemaFault(`the BodyType '${text}' is invalid.`);
  return text;
}
