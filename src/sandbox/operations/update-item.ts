import { applyFields } from '../items/read-message.js';
import { readExtendedField } from '../items/extended-field.js';
import { fieldUri } from '../items/shape.js';
import { elementName } from '../items/write-item.js';
import { revised } from '../items/revise.js';
import { ItemError, schemaFault } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { Item, ItemState } from '../store/item.js';
import type { MessageContent } from '../store/message-content.js';
import type { XmlElement } from '../xml/element.js';
import { element, textElement } from '../xml/write-xml.js';
import type { Call, Operation } from './call.js';
import { senderOf } from './sender.js';
import { findItem, listOf, perItem, requiredChoice } from './targets.js';

type Resolution = 'NeverOverwrite' | 'AutoResolve' | 'AlwaysOverwrite';

export const updateItem: Operation = async (call, request) => {
  const resolution = requiredChoice(request, 'ConflictResolution', [
    'NeverOverwrite',
    'AutoResolve',
    'AlwaysOverwrite',
  ]);
  const sends = (request.attribute('MessageDisposition') ?? 'SaveOnly') !== 'SaveOnly';
  const messages: string[] = [];
  for (const change of listOf(request, 'ItemChanges')) {
    messages.push(
      await perItem(
        async () => {
          const item = await updateOne(call, change, resolution, sends);
          const id = item ? element('t:ItemId', '', { Id: item.id, ChangeKey: item.changeKey }) : '';
          const items = item ? element('m:Items', element(elementName(item.itemClass), id)) : '<m:Items/>';
          return success('UpdateItem', items + element('m:ConflictResults', textElement('t:Count', 0)));
        },
        (error) => failure('UpdateItem', error, '<m:Items/>', call.style.omitOptional),
      ),
    );
  }
  return response('UpdateItem', messages);
};

async function updateOne(
  call: Call,
  change: XmlElement,
  resolution: Resolution,
  sends: boolean,
): Promise<Item | undefined> {
  const id = change.child('ItemId');
  if (!id) throw schemaFault("the element 'ItemChange' lacks 'ItemId'.");
  const { mailbox, item } = findItem(call, id);
  const updates = change.child('Updates')?.children ?? [];
  const { patch, onlyRead } = await readUpdates(item, updates);
  checkChangeKey(item, id.attribute('ChangeKey'), resolution, patch);
  const prepared = sends
    ? await call.mailFlow.prepare(senderOf(call, patch.content ?? item.content, mailbox))
    : undefined;
  if (mailbox.items.get(item.id) !== item) throw new ItemError('ErrorItemNotFound');
  const changesNothing = onlyRead && patch.isRead === item.isRead;
  if (!changesNothing) mailbox.updateItem(item, patch, onlyRead ? 'read' : 'update');
  if (!prepared) return item;
  call.mailFlow.transmit(mailbox, prepared);
  mailbox.moveItem(item, mailbox.wellKnown('sentitems'), {
    content: prepared.content,
    isDraft: false,
    isSubmitted: true,
    isFromMe: true,
    receivedAt: call.organisation.now(),
  });
  return undefined;
}

function checkChangeKey(
  item: Item,
  changeKey: string | undefined,
  resolution: Resolution,
  patch: Partial<ItemState>,
): void {
  if (resolution === 'AlwaysOverwrite') return;
  if (!changeKey) throw new ItemError('ErrorChangeKeyRequiredForWriteOperations');
  if (changeKey === item.changeKey) return;
  // AutoResolve merges what cannot conflict: flags and categories, but not what the message says.
  if (resolution === 'AutoResolve' && patch.content === undefined) return;
  throw new ItemError('ErrorIrresolvableConflict');
}

async function readUpdates(
  item: Item,
  updates: readonly XmlElement[],
): Promise<{ patch: Partial<ItemState>; onlyRead: boolean }> {
  if (updates.length === 0) throw schemaFault("the element 'Updates' has incomplete content.");
  let content: MessageContent = item.content;
  let patch: Partial<ItemState> = {};
  let extended = item.extended;
  let onlyRead = true;
  for (const update of updates) {
    const [path, holder] = update.children;
    if (!path) throw schemaFault(`the element '${update.name}' has incomplete content.`);
    onlyRead &&= path.attribute('FieldURI') === 'message:IsRead';
    if (update.name === 'DeleteItemField') {
      if (path.name === 'ExtendedFieldURI') {
        const { key } = readExtendedField(path);
        extended = Object.fromEntries(Object.entries(extended).filter(([name]) => name !== key));
      } else {
        const cleared = clearing(fieldUri(path));
        content = { ...content, ...cleared.content };
        patch = { ...patch, ...cleared.item };
      }
      continue;
    }
    const field = holder?.children[0];
    if (!field || holder.children.length > 1)
      throw new ItemError('ErrorIncorrectUpdatePropertyCount', 'An update must set exactly one property.');
    const applied = await applyFields(
      update.name === 'AppendToItemField' ? content : replaceable(content, field.name),
      [field],
    );
    content = update.name === 'AppendToItemField' ? appended(content, applied.content, field.name) : applied.content;
    const { extended: added, ...rest } = applied.rest;
    patch = { ...patch, ...rest };
    if (added) extended = { ...extended, ...added };
  }
  if (content !== item.content) patch = { ...patch, ...revisedContent(item.content, content) };
  if (extended !== item.extended) patch = { ...patch, extended };
  return { patch, onlyRead };
}

function revisedContent(before: MessageContent, after: MessageContent): Partial<ItemState> {
  const changed = (Object.keys(after) as (keyof MessageContent)[]).some((key) => after[key] !== before[key]);
  return changed ? { content: revised(after, {}) } : {};
}

/** Setting attachments replaces them all, where reading adds to what is there. */
const replaceable = (content: MessageContent, field: string): MessageContent =>
  field === 'Attachments' ? { ...content, attachments: [] } : content;

function appended(before: MessageContent, after: MessageContent, field: string): MessageContent {
  switch (field) {
    case 'Body':
      return after.html === undefined
        ? { ...after, text: (before.text ?? '') + (after.text ?? '') }
        : { ...after, html: (before.html ?? '') + after.html };
    case 'ToRecipients':
      return { ...after, to: [...before.to, ...after.to] };
    case 'CcRecipients':
      return { ...after, cc: [...before.cc, ...after.cc] };
    case 'BccRecipients':
      return { ...after, bcc: [...before.bcc, ...after.bcc] };
    default:
      return after;
  }
}

function clearing(uri: string): { content: Partial<MessageContent>; item: Partial<ItemState> } {
  switch (uri) {
    case 'item:Subject':
      return { content: { subject: '' }, item: {} };
    case 'item:Body':
      return { content: { text: '' }, item: {} };
    case 'item:Categories':
      return { content: {}, item: { categories: [] } };
    case 'item:Flag':
      return { content: {}, item: { flagStatus: 'NotFlagged' } };
    case 'message:ToRecipients':
      return { content: { to: [] }, item: {} };
    case 'message:CcRecipients':
      return { content: { cc: [] }, item: {} };
    case 'message:BccRecipients':
      return { content: { bcc: [] }, item: {} };
    case 'message:ReplyTo':
      return { content: { replyTo: [] }, item: {} };
    default:
      throw new ItemError('ErrorInvalidPropertyDelete', `The property ${uri} cannot be deleted.`);
  }
}
