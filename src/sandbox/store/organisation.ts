import { createHash, randomBytes } from 'node:crypto';
import type { SandboxMailboxSeed } from '../options.js';
import { decodeId } from './ids.js';
import { JournalWriter } from './journal.js';
import { Mailbox } from './mailbox.js';
import type { AccountRecord, DeliveryRecord, MailboxRecord } from './records.js';

/** The organisation: its mailboxes by every name they go by, its service accounts, its delivery records. */
export class Organisation {
  readonly journal = new JournalWriter();
  readonly accounts = new Map<string, AccountRecord>();
  readonly deliveries: DeliveryRecord[] = [];
  private readonly byGuid = new Map<string, Mailbox>();
  private readonly byAddress = new Map<string, Mailbox>();

  constructor(
    readonly domain: string,
    readonly clock: () => Date,
  ) {}

  now = (): number => this.clock().getTime();

  get mailboxes(): Mailbox[] {
    return [...this.byGuid.values()];
  }

  /** Adds a mailbox with its distinguished folders. Throws when the address is taken. */
  createMailbox(seed: SandboxMailboxSeed): Mailbox {
    const address = seed.address.toLowerCase();
    if (this.byAddress.has(address)) throw new Error(`The address ${address} is taken`);
    const guid = randomBytes(16).toString('hex');
    const mailbox = this.adopt({
      guid,
      address,
      displayName: seed.displayName ?? titleOf(address),
      aliases: (seed.aliases ?? []).map((alias) => alias.toLowerCase()),
      upn: (seed.upn ?? address).toLowerCase(),
      sid: seed.sid ?? sidOf(guid),
      password: seed.password ?? null,
      groups: [...(seed.groups ?? [])],
      disabled: false,
      delegates: [],
      syncEpoch: 1,
      seq: 0,
    });
    mailbox.createDistinguishedFolders();
    return mailbox;
  }

  /** Takes in a mailbox by its record; folders and items follow. */
  adopt(record: MailboxRecord): Mailbox {
    const known = this.byGuid.get(record.guid);
    if (known) {
      Object.assign(known.record, record, { seq: Math.max(known.record.seq, record.seq) });
      this.reindex();
      return known;
    }
    const mailbox = new Mailbox(record, this.journal, this.now);
    this.byGuid.set(record.guid, mailbox);
    this.index(mailbox);
    this.journal.write({ o: 'mailbox', mailbox: record });
    return mailbox;
  }

  /** Changes who a mailbox is (aliases, rights, password…). */
  change(mailbox: Mailbox, patch: Partial<MailboxRecord>): void {
    Object.assign(mailbox.record, patch);
    this.journal.write({ o: 'mailbox', mailbox: mailbox.record });
    this.reindex();
  }

  removeMailbox(mailbox: Mailbox): void {
    this.byGuid.delete(mailbox.guid);
    this.journal.write({ o: 'no-mailbox', g: mailbox.guid });
    this.reindex();
  }

  putAccount(account: AccountRecord): void {
    this.accounts.set(account.username.toLowerCase(), account);
    this.journal.write({ o: 'account', account });
  }

  recordDelivery(delivery: DeliveryRecord): void {
    this.deliveries.push(delivery);
    this.journal.write({ o: 'delivery', delivery });
  }

  /** By primary address or alias, without regard to case. */
  byAnyAddress(address: string): Mailbox | undefined {
    return this.byAddress.get(address.toLowerCase());
  }

  byUpn(upn: string): Mailbox | undefined {
    const wanted = upn.toLowerCase();
    return this.mailboxes.find((mailbox) => mailbox.record.upn === wanted);
  }

  bySid(sid: string): Mailbox | undefined {
    return this.mailboxes.find((mailbox) => mailbox.record.sid === sid);
  }

  byMailboxGuid(guid: string): Mailbox | undefined {
    return this.byGuid.get(guid);
  }

  /** The mailbox an id was made for; undefined when the id is none of ours. */
  ownerOfId(id: string): Mailbox | undefined {
    const decoded = decodeId(id);
    return decoded && this.byGuid.get(decoded.mailbox);
  }

  /** Members of the distribution list at that address: a group's name at the domain. */
  membersOfList(address: string): Mailbox[] {
    const [name, domain] = address.toLowerCase().split('@');
    if (domain !== this.domain) return [];
    return this.mailboxes.filter((mailbox) => mailbox.record.groups.some((group) => group.toLowerCase() === name));
  }

  private reindex(): void {
    this.byAddress.clear();
    for (const mailbox of this.byGuid.values()) this.index(mailbox);
  }

  private index(mailbox: Mailbox): void {
    for (const alias of mailbox.record.aliases) this.byAddress.set(alias, mailbox);
    this.byAddress.set(mailbox.address, mailbox);
  }
}

/** `anna.lind@…` is shown as Anna Lind. */
function titleOf(address: string): string {
  return (address.split('@')[0] ?? address)
    .split(/[._-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

function sidOf(guid: string): string {
  const hash = createHash('sha256').update(guid).digest();
  const part = (offset: number): number => hash.readUInt32BE(offset);
  return `S-1-5-21-${String(part(0))}-${String(part(4))}-${String(part(8))}-${String(1000 + (part(12) % 50000))}`;
}
