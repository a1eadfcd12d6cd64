import { ItemError } from '../soap/faults.js';
import type { ExtendedValue } from '../store/extended-value.js';
import type { XmlElement } from '../xml/element.js';
import { element, escapeText } from '../xml/write-xml.js';
import { storedForm } from './mapi-value.js';

/** An ExtendedFieldURI: which MAPI property is meant. */
export interface ExtendedField {
  /** The same for every way to write the same property. */
  readonly key: string;
  readonly type: string;
  /** Attributes as the client wrote them; Exchange answers in kind. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Property tag number, when named by tag. */
  readonly tag?: number;
  /** Header name, when in the InternetHeaders set. */
  readonly header?: string;
}

const SETS: Record<string, string> = {
  Meeting: '6ED8DA90-450B-101B-98DA-00AA003F1305',
  Appointment: '00062002-0000-0000-C000-000000000046',
  Common: '00062008-0000-0000-C000-000000000046',
  PublicStrings: '00020329-0000-0000-C000-000000000046',
  Address: '00062004-0000-0000-C000-000000000046',
  InternetHeaders: '00020386-0000-0000-C000-000000000046',
  CalendarAssistant: '11000E07-B51B-40D6-AF21-CAA85EDAB1D0',
  UnifiedMessaging: '4442858E-A9E3-4E80-B900-317A210CC15B',
  Task: '00062003-0000-0000-C000-000000000046',
  Sharing: '00062040-0000-0000-C000-000000000046',
};

const FIRST_NAMED_TAG = 0x8000;

/** Schema types that properties cannot be read or written as. */
const NO_VALUES = new Set(['Error', 'Null', 'Object', 'ObjectArray']);

/** Reads an `ExtendedFieldURI` element, with the combinations of attributes that Exchange accepts. */
export function readExtendedField(uri: XmlElement): ExtendedField {
  const attributes = Object.fromEntries(uri.attributes);
  const { DistinguishedPropertySetId, PropertySetId, PropertyTag, PropertyName, PropertyId } = attributes;
  const type = attributes.PropertyType ?? '';
  if (NO_VALUES.has(type)) throw new ItemError('ErrorUnsupportedMapiPropertyType');
  const sets = [DistinguishedPropertySetId, PropertySetId].filter((given) => given !== undefined);
  const names = [PropertyName, PropertyId].filter((given) => given !== undefined);
  if (PropertyTag !== undefined) {
    const tag = Number(PropertyTag);
    if (sets.length + names.length > 0) throw new ItemError('ErrorInvalidExtendedProperty');
    // From 0x8000 on, each mailbox assigns numbers to its named properties.
    if (tag >= FIRST_NAMED_TAG) throw new ItemError('ErrorNoPropertyTagForCustomProperties');
    return { key: `tag:${String(tag)}`, type, attributes, tag };
  }
  const set = (DistinguishedPropertySetId ? SETS[DistinguishedPropertySetId] : PropertySetId)?.toUpperCase();
  const [name] = names;
  if (sets.length !== 1 || names.length !== 1 || set === undefined || name === undefined) {
    throw new ItemError('ErrorInvalidExtendedProperty');
  }
  // Names in the InternetHeaders set are headers, which know no case.
  const isHeader = set === SETS.InternetHeaders && PropertyName !== undefined;
  const key = `${set}:${PropertyName === undefined ? '#' : ''}${isHeader ? name.toLowerCase() : name}`;
  return { key, type, attributes, ...(isHeader ? { header: PropertyName } : {}) };
}

/** An `ExtendedProperty` element: which property, and its value in the stored form. Throws an `ItemError`. */
export function readExtendedProperty(property: XmlElement): { field: ExtendedField; value: ExtendedValue } {
  const uri = property.child('ExtendedFieldURI');
  if (!uri) throw new ItemError('ErrorInvalidExtendedProperty');
  const field = readExtendedField(uri);
  const list = property.child('Values');
  if ((list !== undefined) !== field.type.endsWith('Array')) throw new ItemError('ErrorInvalidExtendedPropertyValue');
  const values = (list ?? property).childrenNamed('Value');
  return { field, value: { type: field.type, values: values.map(({ text }) => storedForm(field.type, text)) } };
}

export function writeExtendedProperty(field: ExtendedField, value: ExtendedValue): string {
  const values = value.values.map((text) => `<t:Value>${escapeText(text)}</t:Value>`).join('');
  return element(
    't:ExtendedProperty',
    element('t:ExtendedFieldURI', '', field.attributes) +
      (field.type.endsWith('Array') ? element('t:Values', values) : values),
  );
}
