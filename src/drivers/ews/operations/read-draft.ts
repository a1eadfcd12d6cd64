import { MailServerError } from '../../port/mail-error.js';
import type { SavedAttachment, SavedDraft } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { child, childText, type XmlElement } from '../soap/element.js';
import { readInteger } from '../soap/values.js';
import { itemOf } from './fetched-item.js';
import { readItemRef } from './item-ref.js';
import { additionalProperties, MARKER_PROPERTY, readMarker } from './property-paths.js';

/** GetItem (messages.xsd `GetItemType`) of a saved draft: its marker, and what its attachments are called. */
export async function readDraft(
  context: OperationContext,
  itemId: string,
  signal?: AbortSignal,
): Promise<SavedDraft | null> {
  const answer = await context.call(
    {
      name: 'GetItem',
      changes: false,
      body: () => ({
        'm:GetItem': {
          'm:ItemShape': {
            't:BaseShape': 'IdOnly',
            't:AdditionalProperties': additionalProperties(['item:Attachments'], [MARKER_PROPERTY]),
          },
          'm:ItemIds': { 't:ItemId': { '@Id': itemId } },
        },
      }),
    },
    signal,
  );
  let item: XmlElement | null;
  try {
    item = itemOf(answer.single('Items'));
  } catch (error) {
    if (error instanceof MailServerError && error.code === 'ErrorItemNotFound') return null;
    throw error;
  }
  const ref = readItemRef(child(item, 'ItemId'));
  if (item === null || ref === null) throw answer.unexpected('the answer has no item');
  return { ...ref, marker: readMarker(item), attachments: readAttachments(item) };
}

function readAttachments(item: XmlElement): SavedAttachment[] {
  return (child(item, 'Attachments')?.children ?? []).map((attachment) => ({
    kind: attachment.name === 'ItemAttachment' ? 'message' : 'file',
    name: childText(attachment, 'Name'),
    size: readInteger(childText(attachment, 'Size')),
  }));
}
