import type { Problem } from '../../api/client.js';

/** What the API says of fields, as sentences at the fields of a form. @param nameOf what the form calls a field */
export const messagesByField = (
  { errors = [] }: Pick<Problem, 'errors'>,
  nameOf: (field: string) => string,
): Record<string, string> =>
  Object.fromEntries(
    errors.map(({ field, message }) => [nameOf(field), message.charAt(0).toUpperCase() + message.slice(1)]),
  );
