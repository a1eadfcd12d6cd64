import { readShape } from '../items/shape.js';
import { ItemWriter } from '../items/write-item.js';
import { ItemError } from '../soap/faults.js';
import { element } from '../xml/write-xml.js';
import { answerEach } from './answer.js';
import type { Operation } from './call.js';
import { findItem, listOf } from './targets.js';

export const getItem: Operation = (call, request) => {
  const writer = new ItemWriter(call, readShape(request, 'ItemShape'), false);
  return answerEach(
    call,
    'GetItem',
    listOf(request, 'ItemIds'),
    async (id) => {
      const { mailbox, item } = findItem(call, id);
      const corrupt = mailbox.corrupt.get(item.id);
      if (corrupt) throw new ItemError(corrupt);
      return element('m:Items', await writer.writeWhole(mailbox, item));
    },
    '<m:Items/>',
  );
};
