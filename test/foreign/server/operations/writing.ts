import { answer, folderOf, forEach, itemOf, success, type Call, type Operation } from '../call.js';
import { list, record, value, type Markup } from '../markup.js';
import { attachment, extendedPath, itemId } from '../shape.js';
import type { Item } from '../store.js';
import { at, textAt, type Xml } from '../xml.js';
import { readDraft, readParts } from './draft.js';

/** CreateItem. */
export const createItem: Operation = async (request, call) => {
  const disposition = request.attributes['MessageDisposition'] ?? 'SaveOnly';
  const folder = folderOf(call, at(request, 'SavedItemFolderId')?.children[0] ?? distinguished('drafts'));
  const owner = { name: '', address: call.mailbox.address };
  const messages = await forEach('CreateItem', at(request, 'Items')?.children ?? [], async (message) => {
    const { mail, extended } = await readDraft(message, owner, call.quirks);
    if (disposition !== 'SaveOnly') call.send(mail, call.mailbox);
    if (disposition === 'SendOnly') return success('CreateItem', call.quirks, list('m:Items', {}));
    const now = call.now();
    const item = call.store.add(folder, mail, { receivedAt: now, createdAt: now, isRead: true, isDraft: true });
    for (const [path, text] of extended) item.extended.set(path, text);
    return success('CreateItem', call.quirks, list('m:Items', {}, saved(item, call, true)));
  });
  return answer('CreateItem', call.quirks, messages);
};

/** UpdateItem: subject, read flag and extended properties; whatever else is set is taken without a word. */
export const updateItem: Operation = async (request, call) => {
  const messages = await forEach('UpdateItem', at(request, 'ItemChanges')?.children ?? [], (change) => {
    const item = itemOf(call, at(change, 'ItemId')?.attributes['Id']);
    for (const update of at(change, 'Updates')?.children ?? []) apply(item, update, call);
    return success(
      'UpdateItem',
      call.quirks,
      list('m:Items', {}, saved(item, call, false)),
      list('m:ConflictResults', {}, value('t:Count', 0)),
    );
  });
  return answer('UpdateItem', call.quirks, messages);
};

function apply(item: Item, update: Xml, { quirks }: Call): void {
  const [path] = update.children;
  if (path?.name === 'ExtendedFieldURI') {
    if (quirks.dropsIdsOfDrafts) return;
    const text = textAt(update, 'Message', 'ExtendedProperty', 'Value');
    if (update.name === 'DeleteItemField') item.extended.delete(extendedPath(path));
    else item.extended.set(extendedPath(path), text);
  } else if (path?.attributes['FieldURI'] === 'message:IsRead') {
    item.isRead = textAt(update, 'Message', 'IsRead') === 'true';
    return;
  } else if (path?.attributes['FieldURI'] === 'item:Subject') {
    item.mail = { ...item.mail, subject: textAt(update, 'Message', 'Subject') };
  }
  item.version += 1;
}

/** CreateAttachment: one call, several attachments. */
export const createAttachment: Operation = async (request, call) => {
  const { quirks } = call;
  const parts = readParts(at(request, 'Attachments'));
  const messages = await forEach('CreateAttachment', parts, (part) => {
    const item = itemOf(call, at(request, 'ParentItemId')?.attributes['Id']);
    // Not even a response message.
    if (part.kind === 'message' && quirks.dropsAttachedMessages === 'always') return null;
    item.mail = { ...item.mail, parts: [...item.mail.parts, part] };
    item.version += 1;
    const id = quirks.noAttachmentIds ? null : attachmentId(item, item.mail.parts.length - 1, call);
    const name = part.kind === 'message' ? 't:ItemAttachment' : 't:FileAttachment';
    return success(
      'CreateAttachment',
      quirks,
      list('m:Attachments', {}, record(name, {}, id, value('t:Name', part.name))),
    );
  });
  return answer('CreateAttachment', quirks, messages);
};

function attachmentId(item: Item, index: number, call: Call): Markup {
  return list('t:AttachmentId', {
    Id: `${item.id}#${index}`,
    RootItemId: item.id,
    RootItemChangeKey: itemId(item, call).attributes['ChangeKey'] ?? null,
  });
}

/** SendItem. */
export const sendItem: Operation = async (request, call) => {
  const { quirks, store } = call;
  const saves = request.attributes['SaveItemToFolder'] !== 'false';
  const messages = await forEach('SendItem', at(request, 'ItemIds')?.children ?? [], (id) => {
    const draft = itemOf(call, id.attributes['Id']);
    call.send(draft.mail, call.mailbox);
    if (saves && quirks.sentCopy !== 'none') {
      const folder = store.wellKnown(call.mailbox, quirks.sentCopy) ?? draft.folder;
      const now = call.now();
      const copy = store.add(folder, draft.mail, { receivedAt: now, createdAt: now, isRead: true });
      for (const [path, text] of draft.extended) copy.extended.set(path, text);
    }
    if (!quirks.draftStays) store.remove(draft);
    return success('SendItem', quirks);
  });
  return answer('SendItem', quirks, messages);
};

/** DeleteItem. */
export const deleteItem: Operation = async (request, call) => {
  const { store } = call;
  const messages = await forEach('DeleteItem', at(request, 'ItemIds')?.children ?? [], (id) => {
    const item = itemOf(call, id.attributes['Id']);
    const bin = store.wellKnown(call.mailbox, 'deleteditems');
    if (request.attributes['DeleteType'] === 'MoveToDeletedItems' && bin) store.move(item, bin);
    else store.remove(item);
    return success('DeleteItem', call.quirks);
  });
  return answer('DeleteItem', call.quirks, messages);
};

/** A saved item: its id, and the ids of its attachments where the server tells them. */
function saved(item: Item, call: Call, withAttachments: boolean): Markup {
  const tells = withAttachments && !call.quirks.noAttachmentIds && item.mail.parts.length > 0;
  const parts = item.mail.parts.map((_, index) => attachment(item, index, call));
  return record('t:Message', {}, itemId(item, call), tells ? list('t:Attachments', {}, ...parts) : null);
}

function distinguished(id: string): Xml {
  return { name: 'DistinguishedFolderId', attributes: { Id: id }, children: [], text: '' };
}
