import { z } from 'zod';

export const maxHeaders = 30;
/** Written in one line; RFC 5322 allows 998 characters with the name. */
const maxValueLength = 900;

/** Headers without `X-` that say something of a message and nothing of its way, its content or its sender. */
const allowed = new Set([
  'auto-submitted',
  'feedback-id',
  'list-archive',
  'list-help',
  'list-id',
  'list-owner',
  'list-post',
  'list-subscribe',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'precedence',
]);

/** By these, Exchange and its filters talk to themselves: they drop them, or would believe them. */
const reserved = /^x-(?:ms-|microsoft-|forefront-|originating-|priority$|msmail-priority$)/;

function nameProblem(name: string): boolean {
  const lower = name.toLowerCase();
  return !allowed.has(lower) && (!lower.startsWith('x-') || reserved.test(lower));
}

/** A header of a caller's own. Nothing in it can end the header or begin another. */
export const customHeader = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/, 'must be a header name of letters, digits and hyphens')
    .refine((name) => !nameProblem(name), {
      message: `must begin with X- and be none of Exchange’s own, or be one of ${[...allowed].join(', ')}`,
    }),
  value: z
    .string()
    .max(maxValueLength)
    .regex(
      /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/,
      'must be printable ASCII in one line, without blanks around it',
    ),
});
export type CustomHeader = z.output<typeof customHeader>;

/** A named property holds one value, so a name given twice would lose one of them. */
export const customHeaders = z
  .array(customHeader)
  .max(maxHeaders)
  .refine((headers) => new Set(headers.map(({ name }) => name.toLowerCase())).size === headers.length, {
    message: 'must not name a header twice',
  });
