import { child, childText, type XmlElement } from '../soap/element.js';

/** Properties that say something to people, by their names in types.xsd, in the order in which they are shown. */
const shown = [
  ['Subject', 'Subject'],
  ['DisplayName', 'Name'],
  ['FileAs', 'Filed as'],
  ['CompanyName', 'Company'],
  ['Department', 'Department'],
  ['JobTitle', 'Job title'],
  ['EmailAddresses', 'Email'],
  ['PhoneNumbers', 'Phone'],
  ['PhysicalAddresses', 'Address'],
  ['Start', 'Start'],
  ['End', 'End'],
  ['StartDate', 'Start'],
  ['DueDate', 'Due'],
  ['Location', 'Location'],
  ['Organizer', 'Organizer'],
  ['RequiredAttendees', 'Required'],
  ['OptionalAttendees', 'Optional'],
  ['From', 'From'],
  ['ToRecipients', 'To'],
  ['CcRecipients', 'Cc'],
  ['DateTimeSent', 'Sent'],
  ['Status', 'Status'],
] as const;

/** A property can hold a list, as attendees; of a long one so many lines are shown. */
const maxValues = 200;

/**
 * An item that has no MIME as a text for people to read; null when the server gave nothing but its class.
 * The body, where there is one, follows the properties, as the server gave it.
 */
export function itemInWords(item: XmlElement): string | null {
  const lines = shown.flatMap(([name, label]) => {
    const values = valuesOf(child(item, name));
    return values.length > 0 ? [`${label}: ${values.join('; ')}`] : [];
  });
  const body = childText(item, 'Body');
  if (lines.length === 0 && body === null) return null;
  const itemClass = childText(item, 'ItemClass') ?? item.name;
  const intro = `This attached item (${itemClass}) has no original that the server can give. Its properties:`;
  return [intro, '', ...lines, ...(body === null ? [] : ['', body]), ''].join('\n');
}

/** The texts of an element's leaves, without repetitions. */
function valuesOf(element: XmlElement | null): string[] {
  const values = new Set<string>();
  for (const text of element === null ? [] : leaves(element)) {
    if (values.size >= maxValues) break;
    if (text !== '') values.add(text);
  }
  return [...values];
}

function* leaves({ children, text }: XmlElement): Generator<string> {
  if (children.length === 0) yield text.trim();
  for (const part of children) yield* leaves(part);
}
