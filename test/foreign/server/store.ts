import { createHash } from 'node:crypto';
import type { Mail } from './mail.js';
import type { Quirks } from './quirks.js';

export interface Folder {
  readonly id: string;
  readonly mailbox: Mailbox;
  readonly parent: Folder | null;
  /** `inbox`, for those that every mailbox has. */
  readonly wellKnown: string | null;
  readonly name: string;
}

export interface Item {
  readonly id: string;
  readonly folder: Folder;
  readonly isDraft: boolean;
  readonly receivedAt: Date;
  readonly createdAt: Date;
  mail: Mail;
  isRead: boolean;
  /** Counts the changes of its content. */
  version: number;
  /** Values of extended properties by the text of their paths. */
  readonly extended: Map<string, string>;
}

export interface Mailbox {
  readonly address: string;
  readonly folders: Folder[];
}

const WELL_KNOWN = {
  inbox: 'Inbox',
  drafts: 'Drafts',
  sentitems: 'Sent Items',
  outbox: 'Outbox',
  deleteditems: 'Deleted Items',
  junkemail: 'Junk E-mail',
} as const;

export type WellKnown = keyof typeof WELL_KNOWN;

export type Change =
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'create' | 'update' | 'read-flag'; readonly item: Item };

/** The mailboxes, what lies in them, and what a reader was shown of them. */
export class Store {
  readonly mailboxes = new Map<string, Mailbox>();
  private readonly items = new Map<string, Item>();
  private readonly seen = new Map<
    string,
    { folder: Folder; known: Map<string, { version: number; isRead: boolean }> }
  >();
  private made = 0;

  constructor(private readonly quirks: () => Quirks) {}

  addMailbox(address: string): Mailbox {
    const mailbox: Mailbox = { address, folders: [] };
    this.mailboxes.set(address.toLowerCase(), mailbox);
    const root = this.addFolder(mailbox, null, 'Root', 'root');
    const top = this.addFolder(mailbox, root, 'Top of Information Store', 'msgfolderroot');
    for (const [wellKnown, name] of Object.entries(WELL_KNOWN)) this.addFolder(mailbox, top, name, wellKnown);
    return mailbox;
  }

  addFolder(mailbox: Mailbox, parent: Folder | null, name: string, wellKnown: string | null = null): Folder {
    const folder = { id: this.newId('F'), mailbox, parent, wellKnown, name };
    mailbox.folders.push(folder);
    return folder;
  }

  wellKnown(mailbox: Mailbox, name: string): Folder | undefined {
    return mailbox.folders.find((folder) => folder.wellKnown === name.toLowerCase());
  }

  folder(mailbox: Mailbox, id: string): Folder | undefined {
    return mailbox.folders.find((folder) => folder.id === id);
  }

  add(
    folder: Folder,
    mail: Mail,
    more: { receivedAt: Date; createdAt: Date; isRead?: boolean; isDraft?: boolean },
  ): Item {
    const { isRead = false, isDraft = false, receivedAt, createdAt } = more;
    const item: Item = {
      id: this.newId('M'),
      folder,
      mail,
      receivedAt,
      createdAt,
      isRead,
      isDraft,
      version: 1,
      extended: new Map(),
    };
    this.items.set(item.id, item);
    return item;
  }

  item(mailbox: Mailbox, id: string): Item | undefined {
    const item = this.items.get(id);
    return item?.folder.mailbox === mailbox ? item : undefined;
  }

  /** Newest first, as they came into the folder. */
  itemsOf(folder: Folder): Item[] {
    return [...this.items.values()].filter((item) => item.folder === folder).toReversed();
  }

  /** Under another id, as every move. */
  move(item: Item, folder: Folder): Item {
    this.items.delete(item.id);
    const moved = { ...item, id: this.newId('M'), folder };
    this.items.set(moved.id, moved);
    return moved;
  }

  remove(item: Item): void {
    this.items.delete(item.id);
  }

  /** What has changed in a folder since a state; undefined for a state that is not of this folder. */
  changesSince(folder: Folder, state: string, limit: number) {
    const before = state === '' ? { folder, known: new Map<string, never>() } : this.seen.get(state);
    if (before?.folder !== folder) return undefined;
    const known = new Map<string, { version: number; isRead: boolean }>(before.known);
    const items = this.itemsOf(folder);
    const here = new Set(items.map(({ id }) => id));
    const changes: Change[] = [
      ...[...known.keys()].filter((id) => !here.has(id)).map((id) => ({ kind: 'delete' as const, id })),
      ...items.flatMap((item): Change[] => {
        const shown = known.get(item.id);
        if (!shown) return [{ kind: 'create', item }];
        if (shown.version !== item.version) return [{ kind: 'update', item }];
        return shown.isRead === item.isRead ? [] : [{ kind: 'read-flag', item }];
      }),
    ];
    const page = changes.slice(0, limit);
    for (const change of page) {
      if (change.kind === 'delete') known.delete(change.id);
      else known.set(change.item.id, { version: change.item.version, isRead: change.item.isRead });
    }
    const next = createHash('sha256')
      .update(`state ${(this.made += 1)}`)
      .digest('base64');
    this.seen.set(next, { folder, known });
    return { page, next, last: page.length === changes.length };
  }

  private newId(kind: 'F' | 'M'): string {
    const number = (this.made += 1);
    const hash = createHash('sha256').update(`${kind} ${number >> 1}`);
    if (!this.quirks().strangeIds) return `AAAAA${kind}${hash.update(String(number)).digest('base64')}AAA=`;
    // Two that follow each other differ in the case of one letter only.
    return `{${kind}|${hash.digest('hex').repeat(3)}}<&>"'é+/=:${number % 2 === 0 ? 'x' : 'X'}`;
  }
}
