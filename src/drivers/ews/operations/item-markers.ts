import type { OperationContext } from '../ews-operation.js';
import { itemOf } from './fetched-item.js';
import { additionalProperties, MARKER_PROPERTY, readMarker } from './property-paths.js';

/** Items a call; they are asked for one property each. */
const BATCH = 50;

/**
 * GetItem (messages.xsd `GetItemType`) for our own property alone.
 * @returns the markers of items that have one, by item id; an item that is gone has none
 * @throws MailServerError also when the server refuses to tell it of an item that is there
 */
export async function fetchMarkers(
  context: OperationContext,
  itemIds: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const markers = new Map<string, string>();
  for (let start = 0; start < itemIds.length; start += BATCH) {
    const batch = itemIds.slice(start, start + BATCH);
    const answer = await context.call(
      {
        name: 'GetItem',
        changes: false,
        body: () => ({
          'm:GetItem': {
            'm:ItemShape': {
              't:BaseShape': 'IdOnly',
              't:AdditionalProperties': additionalProperties([], [MARKER_PROPERTY]),
            },
            'm:ItemIds': { 't:ItemId': batch.map((id) => ({ '@Id': id })) },
          },
        }),
      },
      signal,
    );
    for (const [index, id] of batch.entries()) {
      const message = answer.messages[index];
      if (message === undefined) throw answer.unexpected('the answer leaves out an item');
      const item = itemOf(message);
      const error = answer.errorOf(message, item);
      if (error !== null && error.code !== 'ErrorItemNotFound') throw error;
      const marker = item === null ? null : readMarker(item);
      if (marker !== null) markers.set(id, marker);
    }
  }
  return markers;
}
