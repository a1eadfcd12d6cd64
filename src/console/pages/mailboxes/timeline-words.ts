import type { Schema } from '../../api/schemas.js';

type Entry = Schema<'TimelineEntry'>;
export type TimelineType = Entry['type'];

/** What the timeline tells of, in words and in the order in which it is offered. */
export const timelineTypes: Readonly<Record<TimelineType, string>> = {
  state: 'changes of state',
  run: 'runs',
  polls: 'quiet polls',
  incident: 'incidents',
  notification: 'notifications',
  backfill: 'older mail',
  audit: 'audits',
  'item-failure': 'failed items',
};

export const isTimelineType = (text: string): text is TimelineType => Object.hasOwn(timelineTypes, text);

/** A fact of an entry: a name in words, and a value to be read. */
export interface Detail {
  readonly name: string;
  readonly value: string;
  readonly isTime: boolean;
}

const nameOf = (field: string) =>
  field
    .replaceAll(/([A-Z])/g, ' $1')
    .toLowerCase()
    .replace(/ ids?$/, ' ID');
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** What an entry knows beside its title, without what says nothing. */
export function detailsOf(details: Entry['details']): Detail[] {
  return Object.entries(details).flatMap(([field, value]): Detail[] => {
    if (value === null || value === '' || value === false) return [];
    if (Array.isArray(value))
      return value.length === 0 ? [] : [{ name: nameOf(field), value: value.join(', '), isTime: false }];
    if (typeof value === 'object') return detailsOf({ ...value });
    const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : 'yes';
    return [{ name: nameOf(field), value: text, isTime: time.test(text) }];
  });
}
