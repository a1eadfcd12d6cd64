/** What a timeline tells of. `polls`: polls in a row that brought nothing. */
export const timelineTypes = [
  'state',
  'run',
  'polls',
  'incident',
  'notification',
  'backfill',
  'audit',
  'item-failure',
] as const;
export type TimelineType = (typeof timelineTypes)[number];

/** What each type knows of itself; null where it does not apply. */
export type EntryDetails = Readonly<Record<string, unknown>>;

export interface EntryRow {
  /** Stays the same for as long as the entry is told, and decides the order of what happened at one moment. */
  readonly key: string;
  readonly at: Date;
  readonly until: Date | null;
  readonly type: TimelineType;
  readonly details: EntryDetails;
  /** Id of the incident, notification or backfill that it is about. */
  readonly subjectId: string | null;
  /** `at` in microseconds since 1970, for the cursor. */
  readonly position: string;
}
