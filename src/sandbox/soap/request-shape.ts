import type { XmlElement } from '../xml/element.js';
import { schemaFault } from './faults.js';

/** Children of the elements that requests are made of, in the one order the schema allows (messages.xsd, types.xsd). */
const SEQUENCES = sequences({
  ConvertId: 'SourceIds',
  CopyItem: 'ToFolderId ItemIds ReturnNewItemIds',
  CreateAttachment: 'ParentItemId Attachments',
  CreateFolder: 'ParentFolderId Folders',
  CreateItem: 'SavedItemFolderId Items',
  DeleteAttachment: 'AttachmentIds',
  DeleteFolder: 'FolderIds',
  DeleteItem: 'ItemIds',
  ExpandDL: 'Mailbox',
  FindFolder: 'FolderShape IndexedPageFolderView FractionalPageFolderView Restriction ParentFolderIds',
  FindItem:
    'ItemShape IndexedPageItemView FractionalPageItemView SeekToConditionPageItemView CalendarView ContactsView GroupBy ' +
    'DistinguishedGroupBy Restriction SortOrder ParentFolderIds QueryString',
  GetAttachment: 'AttachmentShape AttachmentIds',
  GetFolder: 'FolderShape FolderIds',
  GetItem: 'ItemShape ItemIds',
  GetStreamingEvents: 'SubscriptionIds ConnectionTimeout',
  MarkAllItemsAsRead: 'ReadFlag SuppressReadReceipts FolderIds',
  MoveItem: 'ToFolderId ItemIds ReturnNewItemIds',
  ResolveNames: 'ParentFolderIds UnresolvedEntry',
  SendItem: 'ItemIds SavedItemFolderId',
  Subscribe: 'PullSubscriptionRequest PushSubscriptionRequest StreamingSubscriptionRequest',
  SyncFolderHierarchy: 'FolderShape SyncFolderId SyncState',
  SyncFolderItems: 'ItemShape SyncFolderId SyncState Ignore MaxChangesReturned SyncScope',
  Unsubscribe: 'SubscriptionId',
  UpdateItem: 'SavedItemFolderId ItemChanges',
  FolderShape: 'BaseShape AdditionalProperties',
  ItemShape:
    'BaseShape IncludeMimeContent BodyType UniqueBodyType NormalizedBodyType FilterHtmlContent ConvertHtmlCodePageToUTF8 ' +
    'InlineImageUrlTemplate BlockExternalImages AddBlankTargetToLinks MaximumBodySize AdditionalProperties',
  AttachmentShape: 'IncludeMimeContent BodyType FilterHtmlContent AdditionalProperties',
  FileAttachment:
    'AttachmentId Name ContentType ContentId ContentLocation AttachmentOriginalUrl Size LastModifiedTime IsInline ' +
    'IsContactPhoto Content',
  Mailbox: 'Name EmailAddress RoutingType MailboxType ItemId OriginalDisplayName',
  ItemChange: 'ItemId OccurrenceItemId RecurringMasterItemId Updates CalendarActivityData',
  StreamingSubscriptionRequest: 'FolderIds EventTypes',
});

function sequences(source: Record<string, string>): ReadonlyMap<string, ReadonlyMap<string, number>> {
  return new Map(
    Object.entries(source).map(([name, children]) => [
      name,
      new Map(children.split(' ').map((child, place) => [child, place])),
    ]),
  );
}

/** Refuses what Exchange's own validation refuses: children that are unknown, in the wrong order or given twice. */
export function checkRequestShape(element: XmlElement): void {
  const places = SEQUENCES.get(element.name);
  let last = -1;
  for (const child of element.children) {
    if (places) {
      const place = places.get(child.name);
      if (place === undefined || place <= last) {
        throw schemaFault(`the element '${element.name}' has invalid child element '${child.name}'.`);
      }
      last = place;
    }
    checkRequestShape(child);
  }
}
