import { randomBytes } from 'node:crypto';
import { composeMessage, newMessageId } from '../mime/compose-message.js';
import { readHeaders, rewriteHeaders } from '../mime/header-block.js';
import { itemClassOf } from '../mime/item-class.js';
import { parseMessage } from '../mime/parse-message.js';
import { ItemError } from '../soap/faults.js';
import type { Folder, Item, ItemState } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { MessageContent, Person } from '../store/message-content.js';
import type { Organisation } from '../store/organisation.js';
import { nonDeliveryReport } from './non-delivery-report.js';

/** A message on its way out of a mailbox. */
export interface Submission {
  /** Whose mail it is: the From. */
  readonly owner: Mailbox;
  /** Under delegation, who pressed send: the Sender. */
  readonly delegate?: Person;
  readonly content: MessageContent;
}

/** A message that only needs to be committed to be sent: everything that takes time is done. */
export interface Prepared {
  /** For Sent Items: with its Bcc recipients. */
  readonly content: MessageContent;
  /** What every mailbox of the organisation gets. */
  readonly copy: MessageContent;
  readonly mailboxes: ReadonlySet<Mailbox>;
  /** Addresses outside the organisation. */
  readonly outside: ReadonlySet<string>;
  /** The non-delivery report for the sender, when recipients of the domain do not exist. */
  readonly report?: MessageContent;
  readonly searchKey: string;
}

/** Carries mail between the mailboxes of the organisation and counts every delivery. */
export class MailFlow {
  constructor(private readonly organisation: Organisation) {}

  /** Puts a message that came by SMTP into a folder, byte for byte. */
  async deliverMime(mailbox: Mailbox, folder: Folder, mime: Buffer, receivedAt: number): Promise<Item> {
    return this.deliverContent(mailbox, folder, await parseMessage(mime), receivedAt);
  }

  /** The same for a message already parsed. */
  deliverContent(
    mailbox: Mailbox,
    folder: Folder,
    content: MessageContent,
    receivedAt: number,
    searchKey?: string,
  ): Item {
    const item = mailbox.addItem(
      folder,
      received(content, receivedAt),
      searchKey === undefined ? {} : { searchKey },
      folder.info.distinguished === 'inbox' ? 'NewMailEvent' : 'CreatedEvent',
    );
    this.count(content.messageId, mailbox.address, false);
    return item;
  }

  /** Makes the message ready without sending it. Throws an `ItemError` when it cannot be sent. */
  async prepare({ owner, delegate, content }: Submission): Promise<Prepared> {
    const { organisation } = this;
    const recipients = [...content.to, ...content.cc, ...content.bcc];
    if (recipients.length === 0) throw new ItemError('ErrorMissingRecipients');
    if (recipients.some((person) => !/^[^@\s]+@[^@\s]+$/.test(person.address)))
      throw new ItemError('ErrorInvalidRecipients');
    if (content.from && organisation.byAnyAddress(content.from.address) !== owner)
      throw new ItemError('ErrorSendAsDenied');
    const from: Person = { name: owner.record.displayName, address: owner.address };
    const { domain } = organisation;
    const date = organisation.clock();
    const mime = content.mime
      ? completed(content.mime, from, date, domain)
      : await composeMessage(content, { from, date, domain, ...(delegate ? { sender: delegate } : {}) });
    const sent = { ...(await parseMessage(mime)), bcc: content.bcc };
    const { mailboxes, outside, unknown } = this.route(recipients);
    const trace = receivedTrace(domain, date);
    // Not parsed again: a message of 50 MB takes seconds, and only the top of it differs.
    const copy = {
      ...sent,
      bcc: [],
      mime: rewriteHeaders(mime, ['bcc'], [`Received: ${trace}`]),
      headers: [{ name: 'Received', value: trace }, ...sent.headers],
    };
    const report =
      unknown.size > 0 ? await parseMessage(nonDeliveryReport(domain, owner, sent, [...unknown], date)) : undefined;
    return {
      content: sent,
      copy,
      mailboxes,
      outside,
      searchKey: randomBytes(16).toString('base64'),
      ...(report ? { report } : {}),
    };
  }

  /**
   * Hands a prepared message to everyone it is for. Synchronous, so that whatever the caller does in the
   * same turn (the move to Sent Items) is kept or lost together with the deliveries.
   */
  transmit(owner: Mailbox, prepared: Prepared): void {
    const now = this.organisation.now();
    for (const mailbox of prepared.mailboxes) {
      this.deliverContent(mailbox, mailbox.wellKnown('inbox'), prepared.copy, now, prepared.searchKey);
    }
    for (const address of prepared.outside) this.count(prepared.content.messageId, address, true);
    if (prepared.report) this.deliverContent(owner, owner.wellKnown('inbox'), prepared.report, now);
  }

  /** Each mailbox once, however often it is listed and by whichever of its addresses. */
  private route(recipients: readonly Person[]): {
    mailboxes: Set<Mailbox>;
    outside: Set<string>;
    unknown: Set<string>;
  } {
    const mailboxes = new Set<Mailbox>();
    const outside = new Set<string>();
    const unknown = new Set<string>();
    for (const { address } of recipients) {
      const mailbox = this.organisation.byAnyAddress(address);
      const members = mailbox ? [mailbox] : this.organisation.membersOfList(address);
      for (const member of members) mailboxes.add(member);
      if (members.length > 0) continue;
      (address.toLowerCase().endsWith(`@${this.organisation.domain}`) ? unknown : outside).add(address.toLowerCase());
    }
    return { mailboxes, outside, unknown };
  }

  private count(messageId: string | undefined, recipient: string, external: boolean): void {
    this.organisation.recordDelivery({
      messageId: messageId ?? '',
      recipient,
      at: this.organisation.clock().toISOString(),
      external,
    });
  }
}

function received(content: MessageContent, receivedAt: number): ItemState {
  return {
    content,
    itemClass: itemClassOf(content),
    receivedAt,
    isRead: false,
    isDraft: false,
    isSubmitted: false,
    isFromMe: false,
    categories: [],
    flagStatus: 'NotFlagged',
    extended: {},
  };
}

/** A client's own MIME, with what every message needs: the owner as its From, a date and an id; without Bcc. */
function completed(mime: Buffer, from: Person, date: Date, domain: string): Buffer {
  const names = new Set(readHeaders(mime).map((header) => header.name.toLowerCase()));
  const add: string[] = [];
  if (!names.has('from')) add.push(`From: <${from.address}>`);
  if (!names.has('date')) add.push(`Date: ${date.toUTCString().replace('GMT', '+0000')}`);
  if (!names.has('message-id')) add.push(`Message-ID: ${newMessageId(domain)}`);
  return add.length > 0 || names.has('bcc') ? rewriteHeaders(mime, ['bcc'], add) : mime;
}

const receivedTrace = (domain: string, date: Date): string =>
  `from mbx01.${domain} (10.0.0.11) by mbx01.${domain} (10.0.0.11) with Microsoft SMTP Server; ` +
  date.toUTCString().replace('GMT', '+0000');
