import type { MailFlow } from '../mail-flow/mail-flow.js';
import type { Organisation } from '../store/organisation.js';
import type { Traffic, TrafficOptions } from '../traffic/traffic.js';
import { messageSeries } from './make-message.js';
import { folderOf, itemOf, mailboxOf } from './named.js';
import type { Deliverable } from './requests.js';

/** An item as control shows it. Times are ISO 8601. */
export interface ListedItem {
  readonly id: string;
  readonly changeKey: string;
  readonly subject: string;
  readonly internetMessageId: string | null;
  readonly receivedAt: string;
  readonly isRead: boolean;
  /** Names of what is attached. */
  readonly attachments: readonly string[];
}

/** Messages an inbox holds before live traffic lets the oldest go. */
const KEPT_BY_TRAFFIC = 2000;

/** What happens in mailboxes: mail that arrives, and what their owners do with other clients. */
export function mailboxControl(organisation: Organisation, mailFlow: MailFlow, traffic: Traffic) {
  /** Delivers `count` messages, one by default. Returns the items' ids in order. */
  const deliver = async (address: string, wanted: Deliverable = {}): Promise<string[]> => {
    const mailbox = mailboxOf(organisation, address);
    const folder = folderOf(mailbox, wanted.folder ?? 'inbox');
    const now = organisation.clock();
    const start = wanted.receivedAt === undefined ? now.getTime() : new Date(wanted.receivedAt).getTime();
    const to = { name: mailbox.record.displayName, address: mailbox.address };
    const series = await messageSeries(wanted, to, organisation.domain, now);
    const spread = wanted.receivedAt === undefined ? 0 : 1000;
    const ids: string[] = [];
    for (let index = 0; index < (wanted.count ?? 1); index++) {
      const content = await series.message(index);
      const item = mailFlow.deliverContent(mailbox, folder, content, start + index * spread);
      if (wanted.isRead) mailbox.updateItem(item, { isRead: true }, 'read');
      ids.push(item.id);
    }
    return ids;
  };

  return {
    /** @param parent a distinguished name, an id or a display name; the top of the mailbox when absent. Returns the folder's id. */
    addFolder(address: string, { name, parent = 'msgfolderroot' }: { name: string; parent?: string }): string {
      const mailbox = mailboxOf(organisation, address);
      return mailbox.createFolder(folderOf(mailbox, parent), name).id;
    },

    /** Removes a folder permanently, with its items and subfolders. */
    removeFolder(address: string, folder: string): void {
      const mailbox = mailboxOf(organisation, address);
      mailbox.removeFolder(folderOf(mailbox, folder));
    },

    deliver,

    /** Delivers a MIME message, kept byte for byte. Returns the item's id. */
    async deliverMime(
      address: string,
      mime: Uint8Array,
      { folder = 'inbox', receivedAt }: { folder?: string; receivedAt?: Date | string | number } = {},
    ): Promise<string> {
      const mailbox = mailboxOf(organisation, address);
      const at = receivedAt === undefined ? organisation.now() : new Date(receivedAt).getTime();
      return (await mailFlow.deliverMime(mailbox, folderOf(mailbox, folder), Buffer.from(mime), at)).id;
    },

    /** As the owner would with another client. Returns the new id. */
    moveItem(address: string, itemId: string, folder: string): string {
      const mailbox = mailboxOf(organisation, address);
      return mailbox.moveItem(itemOf(mailbox, itemId), folderOf(mailbox, folder)).id;
    },

    copyItem(address: string, itemId: string, folder: string): string {
      const mailbox = mailboxOf(organisation, address);
      return mailbox.copyItem(itemOf(mailbox, itemId), folderOf(mailbox, folder)).id;
    },

    /** `hard` is gone for good; `soft` goes to Deleted Items. */
    deleteItem(address: string, itemId: string, how: 'hard' | 'soft' = 'hard'): void {
      const mailbox = mailboxOf(organisation, address);
      const item = itemOf(mailbox, itemId);
      if (how === 'hard') mailbox.removeItem(item);
      else mailbox.moveItem(item, mailbox.wellKnown('deleteditems'));
    },

    markRead(address: string, itemId: string, isRead = true): void {
      const mailbox = mailboxOf(organisation, address);
      mailbox.updateItem(itemOf(mailbox, itemId), { isRead }, 'read');
    },

    /** Items of a folder, the oldest first. */
    listItems(address: string, folder = 'inbox'): ListedItem[] {
      return folderOf(mailboxOf(organisation, address), folder).byReceived.map((item) => ({
        id: item.id,
        changeKey: item.changeKey,
        subject: item.content.subject,
        internetMessageId: item.content.messageId ?? null,
        receivedAt: new Date(item.receivedAt).toISOString(),
        isRead: item.isRead,
        attachments: item.content.attachments.map(({ name }) => name),
      }));
    },

    /** From now on GetItem answers this code for the item; null ends that. */
    corruptItem(address: string, itemId: string, code: string | null): void {
      const { corrupt } = mailboxOf(organisation, address);
      if (code === null) corrupt.delete(itemId);
      else corrupt.set(itemId, code);
    },

    /** Of one mailbox, or of all. */
    invalidateSyncStates(address?: string): void {
      const targets = address === undefined ? organisation.mailboxes : [mailboxOf(organisation, address)];
      for (const mailbox of targets) mailbox.invalidateSyncStates();
    },

    /** Believable business mail keeps coming in. */
    startTraffic(options: TrafficOptions): void {
      traffic.start(options, async (address, message) => {
        await deliver(address, message);
        // As a retention policy would: a sandbox left running for weeks must not fill the memory.
        const mailbox = mailboxOf(organisation, address);
        const { total, byReceived } = mailbox.wellKnown('inbox');
        const oldest = byReceived[0];
        if (total > KEPT_BY_TRAFFIC && oldest) mailbox.removeItem(oldest);
      });
    },

    stopTraffic(): void {
      traffic.stop();
    },
  };
}
