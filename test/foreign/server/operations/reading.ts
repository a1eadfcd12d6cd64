import { answer, forEach, itemOf, success, type Operation } from '../call.js';
import { ItemError } from '../errors.js';
import { list, value } from '../markup.js';
import { attachment, readShape, shapeItem } from '../shape.js';
import { at, textAt } from '../xml.js';

/** GetItem. */
export const getItem: Operation = async (request, call) => {
  const { leavesItemsOutAfter, busyAfterItems, itemsInOtherOrder } = call.quirks;
  const shape = readShape(at(request, 'ItemShape'));
  const ids = (at(request, 'ItemIds')?.children ?? []).slice(0, leavesItemsOutAfter ?? undefined);
  const messages = await forEach('GetItem', ids, async (id, index) => {
    if (index >= (busyAfterItems ?? Infinity)) throw new ItemError('ErrorServerBusy', 'E-3453: too many items');
    const item = itemOf(call, id.attributes['Id']);
    return success('GetItem', call.quirks, list('m:Items', {}, await shapeItem(item, shape, call)));
  });
  return answer('GetItem', call.quirks, itemsInOtherOrder ? messages.toReversed() : messages);
};

/** GetAttachment. */
export const getAttachment: Operation = async (request, call) => {
  const ids = at(request, 'AttachmentIds')?.children ?? [];
  const withMime = textAt(request, 'AttachmentShape', 'IncludeMimeContent') === 'true';
  const messages = await forEach('GetAttachment', ids, (id) => {
    const given = id.attributes['Id'] ?? '';
    const item = itemOf(call, given.slice(0, given.lastIndexOf('#')));
    const index = Number(given.slice(given.lastIndexOf('#') + 1));
    const part = item.mail.parts[index];
    if (!part) throw new ItemError('ErrorInvalidAttachmentId', 'E-3083: no such attachment');
    const bytes = part.content.toString('base64');
    const content =
      part.kind === 'file'
        ? list('t:Content', {}, bytes)
        : list(
            't:Message',
            {},
            ...(withMime ? [list('t:MimeContent', { CharacterSet: 'UTF-8' }, bytes)] : []),
            value('t:Subject', part.name),
          );
    return success('GetAttachment', call.quirks, list('m:Attachments', {}, attachment(item, index, call, content)));
  });
  return answer('GetAttachment', call.quirks, messages);
};
