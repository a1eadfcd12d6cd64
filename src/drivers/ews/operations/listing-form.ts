import type { QueryRefusal } from '../../port/mail-error-class.js';
import type { XmlObject } from '../soap/xml-writer.js';
import { writeDate } from '../soap/values.js';

const RECEIVED = { '@FieldURI': 'item:DateTimeReceived' };

/** How FindItem is asked for what was received since a time. */
export interface ListingForm {
  /** `none`: everything is listed, and filtered here. */
  readonly restriction: 'at-or-after' | 'after' | 'none';
  readonly sorted: boolean;
}

/**
 * In the order in which they are tried: what gives up least comes first. Servers name the wrong part of a query
 * now and then, so sorting is given up before restrictions whatever the server said.
 */
const forms: readonly ListingForm[] = [
  { restriction: 'at-or-after', sorted: true },
  { restriction: 'after', sorted: true },
  { restriction: 'at-or-after', sorted: false },
  { restriction: 'after', sorted: false },
  { restriction: 'none', sorted: true },
  { restriction: 'none', sorted: false },
];

/** What every Exchange server supports. */
export const fullForm: ListingForm = { restriction: 'at-or-after', sorted: true };

/** The form to try after a refusal; null after the last one. */
export function nextForm(form: ListingForm, refusal: QueryRefusal): ListingForm | null {
  const at = forms.findIndex(({ restriction, sorted }) => restriction === form.restriction && sorted === form.sorted);
  return forms.slice(at + 1).find(({ sorted }) => !sorted || refusal !== 'sort-order') ?? null;
}

/** Restriction and SortOrder of FindItem. Without a restriction the newest come first, so that a listing can end early. */
export function listingQuery({ restriction, sorted }: ListingForm, since: Date): XmlObject {
  return {
    'm:Restriction': restriction === 'none' ? undefined : restrictionOf(restriction, since),
    'm:SortOrder': sorted
      ? { 't:FieldOrder': { '@Order': restriction === 'none' ? 'Descending' : 'Ascending', 't:FieldURI': RECEIVED } }
      : undefined,
  };
}

function restrictionOf(restriction: 'at-or-after' | 'after', since: Date): XmlObject {
  // A second earlier, so that nothing of `since` itself is left out; what is too much is filtered afterwards.
  const bound = restriction === 'after' ? new Date(since.getTime() - 1_000) : since;
  const comparison = {
    't:FieldURI': RECEIVED,
    't:FieldURIOrConstant': { 't:Constant': { '@Value': writeDate(bound) } },
  };
  return { [restriction === 'after' ? 't:IsGreaterThan' : 't:IsGreaterThanOrEqualTo']: comparison };
}

/**
 * Whether a page without a restriction is the last that can hold anything received at or after `since`: it
 * is in order, the newest first, and reaches behind `since`. Where sorting was refused, the order must show.
 */
export function reachesBehind(dates: readonly (Date | null)[], since: Date, sorted: boolean): boolean {
  const times = dates.map((date) => date?.getTime() ?? NaN);
  const inOrder = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? NaN));
  const [first = NaN] = times;
  const last = times.at(-1) ?? NaN;
  return inOrder && last < since.getTime() && (sorted || first > last);
}
