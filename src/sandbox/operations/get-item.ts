import { readShape } from '../items/shape.js';
import { ItemWriter } from '../items/write-item.js';
import { ItemError } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import { element } from '../xml/write-xml.js';
import type { Operation } from './call.js';
import { findItem, listOf, perItem } from './targets.js';

export const getItem: Operation = async (call, request) => {
  const writer = new ItemWriter(call, readShape(request, 'ItemShape'), false);
  const messages = listOf(request, 'ItemIds').map((id) =>
    perItem(
      async () => {
        const { mailbox, item } = findItem(call, id);
        const corrupt = mailbox.corrupt.get(item.id);
        if (corrupt) throw new ItemError(corrupt);
        return success('GetItem', element('m:Items', await writer.writeWhole(mailbox, item)));
      },
      (error) => failure('GetItem', error, '<m:Items/>', call.style.omitOptional),
    ),
  );
  return response('GetItem', await Promise.all(messages));
};
