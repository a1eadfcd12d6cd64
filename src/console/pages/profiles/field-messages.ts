import { fieldTroubles } from '../../parts/trouble.js';

/** What the API says of fields, as sentences at the fields of a form. @param nameOf what the form calls a field */
export const messagesByField = (error: unknown, nameOf: (field: string) => string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fieldTroubles(error)).map(([field, message]) => [
      nameOf(field),
      message.charAt(0).toUpperCase() + message.slice(1),
    ]),
  );
