import { oneLine } from '../../../platform/http/validation.js';

/** What somebody types to find messages. */
export const searchText = oneLine(200);
