const columnNames = [
  'emailAddress',
  'displayName',
  'profile',
  'connectingSid',
  'incoming',
  'outgoing',
  'filter',
] as const;
/** What a column of the table says of a mailbox. */
export type ColumnName = (typeof columnNames)[number];

export interface Columns {
  /** Where each stands in a row. */
  readonly places: ReadonlyMap<ColumnName, number>;
  /** Heads of columns that nobody here knows. */
  readonly ignored: readonly string[];
}

/** How the head of a column may be written, in small letters and without anything but letters. */
const spellings: Readonly<Record<ColumnName, readonly string[]>> = {
  emailAddress: [
    'email',
    'emailaddress',
    'mail',
    'mailaddress',
    'address',
    'mailbox',
    'smtp',
    'smtpaddress',
    'primarysmtpaddress',
    'windowsemailaddress',
  ],
  displayName: ['name', 'displayname', 'fullname', 'person', 'owner'],
  profile: ['profile', 'profileid', 'profilename', 'emailserverprofile', 'serverprofile', 'server'],
  connectingSid: ['connectingsid', 'sid', 'userprincipalname', 'upn', 'principalname', 'securityidentifier'],
  incoming: ['incoming', 'receive', 'receives', 'receiving', 'in', 'inbound'],
  outgoing: ['outgoing', 'send', 'sends', 'sending', 'out', 'outbound'],
  filter: ['filter', 'mailfilter', 'filtering'],
};
const bySpelling = new Map(
  columnNames.flatMap((name) => spellings[name].map((spelling): [string, ColumnName] => [spelling, name])),
);
const lettersOf = (head: string) => head.toLowerCase().replaceAll(/[^a-z]/g, '');

/** How many cells of a first row name a column. */
export const namesOf = (cells: readonly string[]): number =>
  cells.filter((cell) => bySpelling.has(lettersOf(cell))).length;

/**
 * The columns that a first row names; null when it names none, and so is a mailbox already.
 * @param next the row below, which shows where addresses stand when no head says so
 */
export function namedColumns(first: readonly string[], next: readonly string[] = []): Columns | null {
  if (first.some((cell) => cell.includes('@'))) return null;
  const places = new Map<ColumnName, number>();
  const ignored: string[] = [];
  first.forEach((head, place) => {
    const name = bySpelling.get(lettersOf(head));
    if (name !== undefined && !places.has(name)) places.set(name, place);
    else if (head !== '') ignored.push(head);
  });
  if (places.size === 0) return null;
  if (places.has('emailAddress')) return { places, ignored };
  const taken = new Set(places.values());
  const place = next.findIndex((cell, index) => cell.includes('@') && !taken.has(index));
  if (place < 0) return { places, ignored };
  places.set('emailAddress', place);
  return { places, ignored: ignored.filter((head) => head !== first[place]) };
}
