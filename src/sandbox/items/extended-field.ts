import { schemaFault } from '../soap/faults.js';
import type { ExtendedValue } from '../store/item.js';
import { element, escapeText } from '../xml/write-xml.js';
import type { XmlElement } from '../xml/element.js';

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

/** Reads an `ExtendedFieldURI` element, with the combinations of attributes that Exchange accepts. */
export function readExtendedField(uri: XmlElement): ExtendedField {
  const attributes = Object.fromEntries(uri.attributes);
  const { DistinguishedPropertySetId, PropertySetId, PropertyTag, PropertyName, PropertyId, PropertyType } = attributes;
  if (!PropertyType) throw schemaFault("the required attribute 'PropertyType' is missing.");
  if (PropertyTag !== undefined) {
    const tag = Number(PropertyTag);
    if (!Number.isInteger(tag)) throw schemaFault("the 'PropertyTag' attribute is invalid.");
    return { key: `tag:${String(tag)}`, type: PropertyType, attributes, tag };
  }
  const set = (DistinguishedPropertySetId ? SETS[DistinguishedPropertySetId] : PropertySetId)?.toUpperCase();
  const name = PropertyName ?? PropertyId;
  if (set === undefined || name === undefined) throw schemaFault('the ExtendedFieldURI names no property.');
  // Names in the InternetHeaders set are headers, which know no case.
  const isHeader = set === SETS.InternetHeaders && PropertyName !== undefined;
  const key = `${set}:${PropertyName === undefined ? '#' : ''}${isHeader ? name.toLowerCase() : name}`;
  return { key, type: PropertyType, attributes, ...(isHeader ? { header: PropertyName } : {}) };
}

/** The value of an `ExtendedProperty` element. */
export function readExtendedValue(property: XmlElement, field: ExtendedField): ExtendedValue {
  const values = property.child('Values')?.childrenNamed('Value') ?? property.childrenNamed('Value');
  return { type: field.type, values: values.map((value) => value.text) };
}

export function writeExtendedProperty(field: ExtendedField, value: ExtendedValue): string {
  const values = value.values.map((text) => `<t:Value>${escapeText(text)}</t:Value>`).join('');
  return element(
    't:ExtendedProperty',
    element('t:ExtendedFieldURI', '', field.attributes) +
      (field.type.endsWith('Array') ? element('t:Values', values) : values),
  );
}
