import type {
  AttachmentContent,
  FetchedItem,
  FetchResult,
  ItemRef,
  OutgoingAttachment,
  OutgoingDraft,
  SavedDraft,
} from '../port/mail-item.js';
import type {
  CallOptions,
  FolderInfo,
  FolderNode,
  FolderRef,
  FoundPage,
  MailboxIdentity,
  MailboxSession,
  MarkedItem,
  SyncPage,
} from '../port/mail-server.js';
import type { EwsClient } from './ews-client.js';
import type { OperationContext } from './ews-operation.js';
import { countReceivedBetween } from './operations/count-received-between.js';
import { deleteItem } from './operations/delete-item.js';
import { fetchAttachment } from './operations/get-attachment.js';
import { fetchItemProperties } from './operations/get-item-properties.js';
import { fetchItemHeaders, fetchItems } from './operations/get-items.js';
import { findByMarker } from './operations/find-by-marker.js';
import { findReceivedSince } from './operations/find-received-since.js';
import { listFolders } from './operations/list-folders.js';
import { openFolder } from './operations/get-folder.js';
import { readDraft } from './operations/read-draft.js';
import { resolveAddress } from './operations/resolve-address.js';
import { addAttachments, saveDraft } from './operations/save-draft.js';
import { sendDraft } from './operations/send-item.js';
import { syncFolder } from './operations/sync-folder-items.js';

/** A mailbox on Exchange; each method is one file of operations/. */
export class ExchangeMailbox implements MailboxSession {
  private readonly context: OperationContext;

  constructor(client: EwsClient, identity: MailboxIdentity) {
    this.context = {
      identity,
      maxRequestBytes: client.limits.maxRequestBytes,
      support: client.querySupport,
      now: client.now,
      call: (operation, signal) => client.call(identity, operation, signal),
    };
  }

  openFolder(folder: FolderRef, options?: CallOptions): Promise<FolderInfo> {
    return openFolder(this.context, folder, options?.signal);
  }

  listFolders(options?: CallOptions): Promise<FolderNode[]> {
    return listFolders(this.context, options?.signal);
  }

  findReceivedSince(
    folder: FolderRef,
    since: Date,
    page: { offset: number; limit: number },
    options?: CallOptions,
  ): Promise<FoundPage> {
    return findReceivedSince(this.context, folder, since, page, options?.signal);
  }

  countReceivedBetween(folder: FolderRef, from: Date, to: Date, options?: CallOptions): Promise<number | null> {
    return countReceivedBetween(this.context, folder, from, to, options?.signal);
  }

  syncFolder(folder: FolderRef, syncState: string | null, limit: number, options?: CallOptions): Promise<SyncPage> {
    return syncFolder(this.context, folder, syncState, limit, options?.signal);
  }

  fetchItems(itemIds: readonly string[], options?: CallOptions): Promise<FetchResult[]> {
    return fetchItems(this.context, itemIds, options?.signal);
  }

  fetchItemHeaders(itemIds: readonly string[], options?: CallOptions): Promise<FetchResult[]> {
    return fetchItemHeaders(this.context, itemIds, options?.signal);
  }

  fetchItemProperties(itemId: string, options?: CallOptions): Promise<FetchedItem> {
    return fetchItemProperties(this.context, itemId, options?.signal);
  }

  fetchAttachment(attachmentId: string, options?: CallOptions): Promise<AttachmentContent> {
    return fetchAttachment(this.context, attachmentId, options?.signal);
  }

  resolveAddress(exchangeName: string, options?: CallOptions): Promise<string | null> {
    return resolveAddress(this.context, exchangeName, options?.signal);
  }

  saveDraft(draft: OutgoingDraft, options?: CallOptions): Promise<ItemRef> {
    return saveDraft(this.context, draft, options?.signal);
  }

  readDraft(itemId: string, options?: CallOptions): Promise<SavedDraft | null> {
    return readDraft(this.context, itemId, options?.signal);
  }

  addAttachments(draft: ItemRef, attachments: readonly OutgoingAttachment[], options?: CallOptions): Promise<ItemRef> {
    return addAttachments(this.context, draft, attachments, options?.signal);
  }

  sendDraft(ref: ItemRef, options?: CallOptions): Promise<void> {
    return sendDraft(this.context, ref, options?.signal);
  }

  findByMarker(marker: string, options?: CallOptions): Promise<MarkedItem[]> {
    return findByMarker(this.context, marker, options?.signal);
  }

  deleteItem(itemId: string, options?: CallOptions): Promise<void> {
    return deleteItem(this.context, itemId, options?.signal);
  }
}
