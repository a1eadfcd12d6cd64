import { rmSync } from 'node:fs';
import { parseMessage } from '../mime/parse-message.js';
import { JournalWriter, readJournal, replaceJournal } from './journal.js';
import type { ItemState } from './item.js';
import type { MessageContent } from './message-content.js';
import type { Organisation } from './organisation.js';
import type { JournalRecord, StoredContent, StoredState } from './records.js';

/** Replays the journal into an empty organisation, writes it anew without the past, and keeps it open. */
export async function restore(organisation: Organisation, dataFile: string): Promise<void> {
  const contents = new Map<number, MessageContent>();
  for await (const record of readJournal(dataFile)) {
    if (record.o === 'content') contents.set(record.n, await readContent(record.content));
    else replay(organisation, record, contents);
  }
  const fresh = `${dataFile}.new`;
  rmSync(fresh, { force: true });
  organisation.journal.open(fresh);
  writeSnapshot(organisation, organisation.journal);
  organisation.journal.flush();
  replaceJournal(fresh, dataFile);
}

function replay(
  organisation: Organisation,
  record: JournalRecord,
  contents: ReadonlyMap<number, MessageContent>,
): void {
  switch (record.o) {
    case 'mailbox':
      organisation.adopt(record.mailbox);
      return;
    case 'account':
      organisation.putAccount(record.account);
      return;
    case 'delivery':
      organisation.recordDelivery(record.delivery);
      return;
    case 'content':
      return;
    default:
  }
  const mailbox = organisation.byMailboxGuid(record.g);
  if (!mailbox) return;
  switch (record.o) {
    case 'no-mailbox':
      organisation.removeMailbox(mailbox);
      return;
    case 'folder':
      mailbox.putFolder(record.folder);
      return;
    case 'no-folder': {
      const folder = mailbox.folders.get(record.id);
      if (folder) mailbox.removeFolder(folder, record.at);
      return;
    }
    case 'put': {
      const folder = mailbox.folders.get(record.folder);
      const state = readState(record.state, contents);
      if (folder && state.content) mailbox.addItem(folder, state as ItemState, record);
      return;
    }
    case 'upd': {
      const item = mailbox.items.get(record.id);
      if (item) mailbox.updateItem(item, readState(record.patch, contents), record.kind, record);
      return;
    }
    case 'rm': {
      const item = mailbox.items.get(record.id);
      if (item) mailbox.removeItem(item, record.at);
      return;
    }
    case 'log': {
      const folder = mailbox.folders.get(record.folder);
      for (const change of record.entries) folder?.log.append(change);
      folder?.noteChange(record.at ?? 0);
      return;
    }
  }
}

function readState(
  { content, ...rest }: Partial<StoredState>,
  contents: ReadonlyMap<number, MessageContent>,
): Partial<ItemState> {
  const read = content === undefined ? undefined : contents.get(content);
  return read ? { ...rest, content: read } : rest;
}

async function readContent(stored: StoredContent): Promise<MessageContent> {
  if ('mime' in stored) return { ...(await parseMessage(Buffer.from(stored.mime, 'base64'))), bcc: stored.bcc };
  return {
    ...stored.fields,
    attachments: stored.attachments.map((attachment) => ({
      ...attachment,
      content: Buffer.from(attachment.content, 'base64'),
    })),
  };
}

function writeSnapshot(organisation: Organisation, journal: JournalWriter): void {
  for (const account of organisation.accounts.values()) journal.write({ o: 'account', account });
  for (const delivery of organisation.deliveries) journal.write({ o: 'delivery', delivery });
  for (const mailbox of organisation.mailboxes) {
    journal.write({ o: 'mailbox', mailbox: mailbox.record });
    for (const folder of mailbox.folders.values()) {
      journal.write({ o: 'folder', g: mailbox.guid, folder: folder.info });
      for (const item of folder.byArrival) journal.writePut(mailbox.guid, item, true);
      const { id, log, contentsChangedAt } = folder;
      journal.write({ o: 'log', g: mailbox.guid, folder: id, entries: log.entries, at: contentsChangedAt });
    }
    journal.flush();
  }
}
