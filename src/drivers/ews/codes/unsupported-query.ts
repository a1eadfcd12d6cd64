import type { Names } from '../remedies/names.js';
import type { Words } from './code-row.js';

/** A search or an order of a list that a server refuses, today as tomorrow. */
export const unsupportedQuery = ({ Server }: Names): Omit<Words, 'title'> => ({
  meaning: `${Server} does not support a condition, a property or an order by which Postroom asks for mail. Waiting does not change that.`,
  causes: [
    'The server is not Exchange, or a version of it that supports less.',
    'A gateway before the server changes requests.',
  ],
  advice:
    'Postroom asks in simpler ways and remembers which of them the server supports. If mail does not arrive all the same, run the analysis and report the code with the technical details.',
  selfHealing: false,
});
