import { closeSync, createReadStream, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Item, ItemState } from './item.js';
import { stateOf } from './item-state.js';
import type { MessageContent } from './message-content.js';
import type { JournalRecord, StoredContent, StoredState } from './records.js';

/**
 * Append-only JSON lines. Records are buffered until the end of the event loop's turn, then written with
 * one synchronous write: what was answered is in the kernel's hands and survives a kill -9.
 */
export class JournalWriter {
  private file: number | undefined;
  private pending: string[] = [];
  private scheduled = false;
  private nextContent = 1;
  private contentNumbers = new WeakMap<MessageContent, number>();

  /** Without an open file nothing is kept, and writing costs next to nothing. */
  open(path: string): void {
    mkdirSync(dirname(path), { recursive: true });
    this.file = openSync(path, 'a', 0o600);
  }

  get isOpen(): boolean {
    return this.file !== undefined;
  }

  write(record: JournalRecord): void {
    if (this.file === undefined) return;
    this.pending.push(JSON.stringify(record));
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.flush());
    }
  }

  writePut(guid: string, item: Item, withSeq = false): void {
    if (this.file === undefined) return;
    this.write({
      o: 'put',
      g: guid,
      folder: item.folder.id,
      id: item.id,
      changeKey: item.changeKey,
      createdAt: item.createdAt,
      modifiedAt: item.modifiedAt,
      searchKey: item.searchKey,
      state: this.storedState(stateOf(item)) as StoredState,
      ...(withSeq ? { enteredSeq: item.enteredSeq } : {}),
    });
  }

  writeUpdate(guid: string, item: Item, patch: Partial<ItemState>, kind: 'update' | 'read'): void {
    if (this.file === undefined) return;
    const { id, changeKey, modifiedAt } = item;
    this.write({ o: 'upd', g: guid, id, changeKey, modifiedAt, kind, patch: this.storedState(patch) });
  }

  flush(): void {
    this.scheduled = false;
    if (this.file === undefined || this.pending.length === 0) return;
    const bytes = Buffer.from(`${this.pending.join('\n')}\n`);
    this.pending = [];
    let written = 0;
    while (written < bytes.length) written += writeSync(this.file, bytes, written);
  }

  close(): void {
    this.flush();
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private storedState({ content, ...rest }: Partial<ItemState>): Partial<StoredState> {
    return content ? { ...rest, content: this.contentNumber(content) } : rest;
  }

  /** Copies share their content, so each is written once and then named by its number. */
  private contentNumber(content: MessageContent): number {
    let number = this.contentNumbers.get(content);
    if (number === undefined) {
      number = this.nextContent++;
      this.contentNumbers.set(content, number);
      this.write({ o: 'content', n: number, content: storeContent(content) });
    }
    return number;
  }
}

function storeContent(content: MessageContent): StoredContent {
  const { mime, attachments, ...fields } = content;
  if (mime) return { mime: mime.toString('base64'), bcc: content.bcc };
  return {
    fields,
    attachments: attachments.map((attachment) => ({ ...attachment, content: attachment.content.toString('base64') })),
  };
}

/** Reads the records of a journal in order. A torn last line, left by a kill, ends it. */
export async function* readJournal(path: string): AsyncGenerator<JournalRecord> {
  if (!existsSync(path)) return;
  // Not node:readline: it also breaks lines at U+2028, which JSON leaves as it is.
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8');
      rest = [];
      start = end + 1;
      yield JSON.parse(line) as JournalRecord;
    }
    rest.push(chunk.subarray(start));
  }
}

/** Puts a freshly written journal in the place of the old one, atomically. */
export function replaceJournal(fresh: string, path: string): void {
  renameSync(fresh, path);
}
