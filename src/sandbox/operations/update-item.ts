import { changedSince, noteChange } from '../items/change-trail.js';
import { readExtendedField } from '../items/extended-field.js';
import { READ_ONLY } from '../items/read-only-fields.js';
import { PR_FLAG_STATUS, applyFields, withoutHeader } from '../items/read-message.js';
import { fieldUri } from '../items/shape.js';
import { itemsElement } from '../items/write-item.js';
import { revised } from '../items/revise.js';
import { textToHtml } from '../mime/text-conversion.js';
import { ItemError, schemaFault } from '../soap/faults.js';
import type { Item, ItemState } from '../store/item.js';
import { EMPTY_CONTENT, type MessageContent } from '../store/message-content.js';
import type { XmlElement } from '../xml/element.js';
import { element, textElement } from '../xml/write-xml.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { senderOf } from './sender.js';
import { findItem, listOf, requiredChoice } from './targets.js';

type Resolution = 'NeverOverwrite' | 'AutoResolve' | 'AlwaysOverwrite';

export const updateItem: Operation = (call, request) => {
  const resolution = requiredChoice(request, 'ConflictResolution', [
    'NeverOverwrite',
    'AutoResolve',
    'AlwaysOverwrite',
  ]);
  const sends = (request.attribute('MessageDisposition') ?? 'SaveOnly') !== 'SaveOnly';
  return answerEach(
    call,
    'UpdateItem',
    listOf(request, 'ItemChanges'),
    async (change) => {
      const item = await updateOne(call, change, resolution, sends);
      return (item ? itemsElement(item) : '<m:Items/>') + element('m:ConflictResults', textElement('t:Count', 0));
    },
    '<m:Items/>',
  );
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
  const updates = change.required('Updates').children;
  const properties = updates.map((update) => propertyOf(update.requiredFirst()));
  const { patch, onlyRead } = await readUpdates(item, updates);
  checkChangeKey(item, id.attribute('ChangeKey'), resolution, properties, patch);
  const prepared = sends
    ? await call.mailFlow.prepare(senderOf(call, patch.content ?? item.content, mailbox))
    : undefined;
  if (mailbox.items.get(item.id) !== item) throw new ItemError('ErrorItemNotFound');
  const changesNothing = onlyRead && patch.isRead === item.isRead;
  if (!changesNothing) {
    const before = item.changeKey;
    mailbox.updateItem(item, patch, onlyRead ? 'read' : 'update');
    noteChange(item, before, properties);
  }
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

/** The same key for every path to a property. */
const propertyOf = (path: XmlElement): string =>
  path.name === 'ExtendedFieldURI' ? readExtendedField(path).key : (path.attribute('FieldURI') ?? '');

function checkChangeKey(
  item: Item,
  changeKey: string | undefined,
  resolution: Resolution,
  properties: readonly string[],
  patch: Partial<ItemState>,
): void {
  if (resolution === 'AlwaysOverwrite') return;
  if (!changeKey) throw new ItemError('ErrorChangeKeyRequiredForWriteOperations');
  if (changeKey === item.changeKey) return;
  // AutoResolve merges with changes of other properties. If those are unknown, it merges with everything except the
  // message content.
  const changed = changedSince(item, changeKey);
  const merges = changed ? !properties.some((property) => changed.has(property)) : patch.content === undefined;
  if (resolution === 'AutoResolve' && merges) return;
  throw new ItemError('ErrorIrresolvableConflict');
}

async function readUpdates(
  item: Item,
  updates: readonly XmlElement[],
): Promise<{ patch: Partial<ItemState>; onlyRead: boolean }> {
  let content: MessageContent = item.content;
  let patch: Partial<ItemState> = {};
  let extended = item.extended;
  let onlyRead = true;
  for (const update of updates) {
    const path = update.requiredFirst();
    const [, holder] = update.children;
    onlyRead &&= path.attribute('FieldURI') === 'message:IsRead';
    if (update.name === 'DeleteItemField') {
      if (path.name === 'ExtendedFieldURI') {
        const { key, header } = readExtendedField(path);
        if (header !== undefined) content = { ...content, headers: withoutHeader(content.headers, header) };
        if (key === PR_FLAG_STATUS) patch = { ...patch, flagStatus: 'NotFlagged' };
        extended = Object.fromEntries(Object.entries(extended).filter(([name]) => name !== key));
      } else {
        const cleared = clearing(fieldUri(path));
        content = { ...content, ...cleared.content };
        patch = { ...patch, ...cleared.item };
      }
      continue;
    }
    const field = holder?.children[0];
    if (!field || holder.children.length > 1) throw new ItemError('ErrorIncorrectUpdatePropertyCount');
    checkSettable(path, field);
    if (update.name === 'AppendToItemField' && !APPENDABLE.has(field.name))
      throw new ItemError('ErrorInvalidPropertyAppend');
    if (field.name === 'MimeContent' && !item.isDraft) throw new ItemError('ErrorInvalidPropertyUpdateSentMessage');
    const applied = await applyFields(
      update.name === 'AppendToItemField' ? content : replaceable(content, field.name),
      [field],
      patch.reminder ?? item.reminder,
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

function checkSettable(path: XmlElement, field: XmlElement): void {
  if (path.name === 'FieldURI') {
    const uri = fieldUri(path);
    if (uri.slice(uri.indexOf(':') + 1) !== field.name) throw new ItemError('ErrorUpdatePropertyMismatch');
    if (READ_ONLY.has(field.name)) throw new ItemError('ErrorInvalidPropertySet');
  } else if (path.name === 'ExtendedFieldURI') {
    const written = field.child('ExtendedFieldURI');
    if (!written || readExtendedField(written).key !== readExtendedField(path).key)
      throw new ItemError('ErrorUpdatePropertyMismatch');
  }
}

function revisedContent(before: MessageContent, after: MessageContent): Partial<ItemState> {
  const changed = (Object.keys(after) as (keyof MessageContent)[]).some((key) => after[key] !== before[key]);
  return changed ? { content: revised(after, {}) } : {};
}

/**
 * Setting attachments replaces all of them, although parsing adds to existing ones; MIME replaces the whole message.
 */
function replaceable(content: MessageContent, field: string): MessageContent {
  if (field === 'MimeContent') return EMPTY_CONTENT;
  return field === 'Attachments' ? { ...content, attachments: [] } : content;
}

/** Lists of people, and the body; all other properties have one value. */
const APPENDABLE = new Set(['Body', 'ToRecipients', 'CcRecipients', 'BccRecipients', 'ReplyTo']);

function appended(before: MessageContent, after: MessageContent, field: string): MessageContent {
  switch (field) {
    case 'Body':
      return before.html === undefined && after.html === undefined
        ? { ...after, text: (before.text ?? '') + (after.text ?? '') }
        : { ...after, text: undefined, html: htmlOf(before) + htmlOf(after) };
    case 'ToRecipients':
      return { ...after, to: [...before.to, ...after.to] };
    case 'CcRecipients':
      return { ...after, cc: [...before.cc, ...after.cc] };
    case 'BccRecipients':
      return { ...after, bcc: [...before.bcc, ...after.bcc] };
    case 'ReplyTo':
      return { ...after, replyTo: [...before.replyTo, ...after.replyTo] };
    default:
      return after;
  }
}

const htmlOf = ({ html, text = '' }: MessageContent): string => html ?? (text === '' ? '' : textToHtml(text));

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
    case 'item:ReminderDueBy':
    case 'item:ReminderIsSet':
    case 'item:ReminderMinutesBeforeStart':
      return { content: {}, item: { reminder: { isSet: false } } };
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
