import type { ItemRef } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { child } from '../soap/element.js';
import { markerProperty } from './draft-message.js';
import { itemIdContent, readItemRef } from './item-ref.js';
import { MARKER_PROPERTY } from './property-paths.js';

/**
 * UpdateItem (messages.xsd `UpdateItemType`): gives a draft its marker.
 * @returns the item with its new change key.
 */
export async function setMarker(
  context: OperationContext,
  ref: ItemRef,
  marker: string,
  signal?: AbortSignal,
): Promise<ItemRef> {
  const answer = await context.call(
    {
      name: 'UpdateItem',
      changes: true,
      body: () => ({
        'm:UpdateItem': {
          '@MessageDisposition': 'SaveOnly',
          '@ConflictResolution': 'AlwaysOverwrite',
          'm:ItemChanges': {
            't:ItemChange': {
              't:ItemId': itemIdContent(ref),
              't:Updates': {
                't:SetItemField': {
                  't:ExtendedFieldURI': MARKER_PROPERTY,
                  't:Message': { 't:ExtendedProperty': markerProperty(marker) },
                },
              },
            },
          },
        },
      }),
    },
    signal,
  );
  const [item] = child(answer.single('Items'), 'Items')?.children ?? [];
  const updated = readItemRef(child(item ?? null, 'ItemId'));
  if (updated === null) throw answer.unexpected('the answer names no updated item');
  return updated;
}
