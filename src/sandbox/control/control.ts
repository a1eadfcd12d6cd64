import type { Behaviour } from '../behaviour.js';
import type { MailFlow } from '../mail-flow/mail-flow.js';
import type { SandboxMailboxSeed } from '../options.js';
import type { Folder, Item } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { DeliveryRecord } from '../store/records.js';
import type { Organisation } from '../store/organisation.js';
import type { Traffic, TrafficOptions } from '../traffic/traffic.js';
import type { CallCounts, CallLog, LoggedCall } from './call-log.js';
import type { FaultInjector, FaultRule } from './fault-injection.js';
import { messageSeries } from './make-message.js';
import { changedScope } from './scope.js';
import type { Deliverable, ScopeChange } from './requests.js';

/** An item as control shows it. Times are ISO 8601. */
export interface ListedItem {
  readonly id: string;
  readonly changeKey: string;
  readonly subject: string;
  readonly internetMessageId: string | null;
  readonly receivedAt: string;
  readonly isRead: boolean;
}

export interface SandboxCounts {
  readonly calls: CallCounts;
  /** Deliveries to mailboxes of the sandbox. */
  readonly deliveries: number;
  /** Deliveries to addresses of other domains. */
  readonly relayed: number;
  readonly deliveriesByMessageId: Record<string, number>;
}

export interface Delivery {
  readonly recipient: string;
  readonly at: string;
}

/**
 * What an administrator, the outside world and bad luck do to the server. All of it is also reachable as
 * `POST /control/<kebab-case-name>` with the same names in a JSON body.
 */
export class SandboxControl {
  private countedFrom = 0;

  constructor(
    private readonly organisation: Organisation,
    private readonly mailFlow: MailFlow,
    private readonly behaviour: Behaviour,
    private readonly faults: FaultInjector,
    private readonly log: CallLog,
    private readonly traffic: Traffic,
  ) {}

  addMailbox(seed: SandboxMailboxSeed): void {
    this.organisation.createMailbox(seed);
  }

  addMailboxes(seeds: readonly SandboxMailboxSeed[]): void {
    for (const seed of seeds) this.addMailbox(seed);
  }

  removeMailbox(address: string): void {
    this.organisation.removeMailbox(this.mailbox(address));
  }

  /** Disables the mailbox's AD account: nobody can act as it, mail still arrives. */
  disableAccount(address: string): void {
    this.organisation.change(this.mailbox(address), { disabled: true });
  }

  enableAccount(address: string): void {
    this.organisation.change(this.mailbox(address), { disabled: false });
  }

  addAlias(address: string, alias: string): void {
    const mailbox = this.mailbox(address);
    this.organisation.change(mailbox, { aliases: [...mailbox.record.aliases, alias.toLowerCase()] });
  }

  /** @param parent a distinguished name, an id or a display name; the top of the mailbox when absent. Returns the folder's id. */
  addFolder(address: string, { name, parent = 'msgfolderroot' }: { name: string; parent?: string }): string {
    const mailbox = this.mailbox(address);
    return mailbox.createFolder(folderOf(mailbox, parent), name).id;
  }

  /** Delivers `count` messages, one by default. Returns the items' ids in order. */
  async deliver(address: string, wanted: Deliverable = {}): Promise<string[]> {
    const mailbox = this.mailbox(address);
    const folder = folderOf(mailbox, wanted.folder ?? 'inbox');
    const now = this.organisation.clock();
    const start = wanted.receivedAt === undefined ? now.getTime() : new Date(wanted.receivedAt).getTime();
    const to = { name: mailbox.record.displayName, address: mailbox.address };
    const series = await messageSeries(wanted, to, this.organisation.domain, now);
    const spread = wanted.receivedAt === undefined ? 0 : 1000;
    const ids: string[] = [];
    for (let index = 0; index < (wanted.count ?? 1); index++) {
      const content = await series.message(index);
      const item = this.mailFlow.deliverContent(mailbox, folder, content, start + index * spread);
      if (wanted.isRead) mailbox.updateItem(item, { isRead: true }, 'read');
      ids.push(item.id);
    }
    return ids;
  }

  /** Delivers a MIME message, kept byte for byte. Returns the item's id. */
  async deliverMime(
    address: string,
    mime: Uint8Array,
    { folder = 'inbox', receivedAt }: { folder?: string; receivedAt?: Date | string | number } = {},
  ): Promise<string> {
    const mailbox = this.mailbox(address);
    const at = receivedAt === undefined ? this.organisation.now() : new Date(receivedAt).getTime();
    return (await this.mailFlow.deliverMime(mailbox, folderOf(mailbox, folder), Buffer.from(mime), at)).id;
  }

  /** As the owner would with another client. Returns the new id. */
  moveItem(address: string, itemId: string, folder: string): string {
    const mailbox = this.mailbox(address);
    return mailbox.moveItem(itemOf(mailbox, itemId), folderOf(mailbox, folder)).id;
  }

  copyItem(address: string, itemId: string, folder: string): string {
    const mailbox = this.mailbox(address);
    return mailbox.copyItem(itemOf(mailbox, itemId), folderOf(mailbox, folder)).id;
  }

  /** `hard` is gone for good; `soft` goes to Deleted Items. */
  deleteItem(address: string, itemId: string, how: 'hard' | 'soft' = 'hard'): void {
    const mailbox = this.mailbox(address);
    const item = itemOf(mailbox, itemId);
    if (how === 'hard') mailbox.removeItem(item);
    else mailbox.moveItem(item, mailbox.wellKnown('deleteditems'));
  }

  markRead(address: string, itemId: string, isRead = true): void {
    const mailbox = this.mailbox(address);
    mailbox.updateItem(itemOf(mailbox, itemId), { isRead }, 'read');
  }

  /** Items of a folder, the oldest first. */
  listItems(address: string, folder = 'inbox'): ListedItem[] {
    return folderOf(this.mailbox(address), folder).byReceived.map((item) => ({
      id: item.id,
      changeKey: item.changeKey,
      subject: item.content.subject,
      internetMessageId: item.content.messageId ?? null,
      receivedAt: new Date(item.receivedAt).toISOString(),
      isRead: item.isRead,
    }));
  }

  /** From now on GetItem answers this code for the item; null mends it. */
  corruptItem(address: string, itemId: string, code: string | null): void {
    const { corrupt } = this.mailbox(address);
    if (code === null) corrupt.delete(itemId);
    else corrupt.set(itemId, code);
  }

  /** Widens an account's ApplicationImpersonation role. */
  grant(account: string, to: ScopeChange): void {
    this.changeScope(account, to, true);
  }

  /** Narrows it; `all` takes the role away. */
  revoke(account: string, from: ScopeChange): void {
    this.changeScope(account, from, false);
  }

  setPassword(account: string, password: string): void {
    const mailbox = this.organisation.byAnyAddress(account);
    const known = this.organisation.accounts.get(account.toLowerCase());
    if (known) this.organisation.putAccount({ ...known, password });
    else if (mailbox) this.organisation.change(mailbox, { password });
    else throw new Error(`There is no account ${account}`);
  }

  lockAccount(account: string, locked = true): void {
    this.organisation.putAccount({ ...this.account(account), locked });
  }

  /** Full access to a mailbox without impersonation. `account`: a service account's name or a user's address. */
  setDelegate(mailbox: string, account: string, granted = true): void {
    const target = this.mailbox(mailbox);
    const others = target.record.delegates.filter((delegate) => delegate.toLowerCase() !== account.toLowerCase());
    this.organisation.change(target, { delegates: granted ? [...others, account] : others });
  }

  /** Lets `mailbox` send in the name of `other`, or no more. */
  setSendAs(mailbox: string, other: string, granted = true): void {
    const sender = this.mailbox(mailbox).address;
    const target = this.mailbox(other);
    const others = (target.record.sendAs ?? []).filter((address) => address !== sender);
    this.organisation.change(target, { sendAs: granted ? [...others, sender] : others });
  }

  /** Of one mailbox, or of all. */
  invalidateSyncStates(address?: string): void {
    const targets = address === undefined ? this.organisation.mailboxes : [this.mailbox(address)];
    for (const mailbox of targets) mailbox.invalidateSyncStates();
  }

  /** Returns the rule's number. */
  injectFault(rule: FaultRule): number {
    return this.faults.inject(rule);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  /** Delays every call by so many milliseconds. */
  slowDown(ms: number): void {
    this.behaviour.slowDownMs = ms;
  }

  setIllegalCharacters(mode: 'strip' | 'references'): void {
    this.behaviour.style.illegalCharacters = mode;
  }

  setOmitOptional(omit: boolean): void {
    this.behaviour.style.omitOptional = omit;
  }

  setPrefixes(prefixes: 'fixed' | 'random'): void {
    this.behaviour.style.prefixes = prefixes;
  }

  /** Calls an account may have open before ErrorExceededConnectionCount; null lifts the limit. */
  setMaxConcurrentCalls(limit: number | null): void {
    this.behaviour.maxConcurrentCalls = limit ?? Infinity;
  }

  counts(): SandboxCounts {
    const counted = this.organisation.deliveries.slice(this.countedFrom);
    const inside = counted.filter((delivery) => !delivery.external);
    const byMessageId = new Map<string, number>();
    for (const { messageId } of inside) byMessageId.set(messageId, (byMessageId.get(messageId) ?? 0) + 1);
    return {
      calls: this.log.counts(),
      deliveries: inside.length,
      relayed: counted.length - inside.length,
      deliveriesByMessageId: Object.fromEntries(byMessageId),
    };
  }

  /** Every delivery of a message, to mailboxes here and relayed: one entry each, so exactly once is one entry. */
  deliveriesOf(internetMessageId: string): Delivery[] {
    return this.organisation.deliveries
      .filter((delivery) => delivery.messageId === internetMessageId)
      .map(({ recipient, at }) => ({ recipient, at }));
  }

  /** What went to other domains. */
  relayed(): DeliveryRecord[] {
    return this.organisation.deliveries.filter((delivery) => delivery.external);
  }

  /** The last calls, the oldest first; without Authorization headers. */
  lastCalls(count = 20): LoggedCall[] {
    return this.log.last(count);
  }

  /** Starts the counts of calls and deliveries anew; `deliveriesOf` keeps its memory. */
  resetCounts(): void {
    this.log.reset();
    this.countedFrom = this.organisation.deliveries.length;
  }

  /** Believable business mail keeps coming in. */
  startTraffic(options: TrafficOptions): void {
    this.traffic.start(options, async (address, message) => {
      await this.deliver(address, message);
      // As a retention policy would: a sandbox left running for weeks must not fill the memory.
      const mailbox = this.mailbox(address);
      const { total, byReceived } = mailbox.wellKnown('inbox');
      const oldest = byReceived[0];
      if (total > KEPT_BY_TRAFFIC && oldest) mailbox.removeItem(oldest);
    });
  }

  stopTraffic(): void {
    this.traffic.stop();
  }

  private mailbox(address: string): Mailbox {
    const mailbox = this.organisation.byAnyAddress(address);
    if (!mailbox) throw new Error(`There is no mailbox ${address}`);
    return mailbox;
  }

  private account(username: string) {
    const account = this.organisation.accounts.get(username.toLowerCase());
    if (!account) throw new Error(`There is no service account ${username}`);
    return account;
  }

  private changeScope(username: string, change: ScopeChange, grant: boolean): void {
    const account = this.account(username);
    const everyone = this.organisation.mailboxes.map((mailbox) => mailbox.address);
    this.organisation.putAccount({ ...account, scope: changedScope(account.scope, change, grant, everyone) });
  }
}

/** Messages an inbox holds before live traffic lets the oldest go. */
const KEPT_BY_TRAFFIC = 2000;

function itemOf(mailbox: Mailbox, id: string): Item {
  const item = mailbox.items.get(id);
  if (!item) throw new Error(`The mailbox ${mailbox.address} has no item ${id}`);
  return item;
}

function folderOf(mailbox: Mailbox, name: string): Folder {
  const folder =
    mailbox.known(name) ??
    mailbox.folders.get(name) ??
    [...mailbox.folders.values()].find(({ info }) => info.displayName === name);
  if (!folder) throw new Error(`The mailbox ${mailbox.address} has no folder ${name}`);
  return folder;
}
