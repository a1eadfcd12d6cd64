import type { Schema } from '../../api/schemas.js';

/** How often the page of a message that is on its way is read anew. */
export const pollMs = 5_000;

/** Whether its state will change without anybody's doing. */
export const isUnderWay = ({ state }: Pick<Schema<'OutgoingMessageSummary'>, 'state'>): boolean =>
  state === 'pending' || state === 'sending';
