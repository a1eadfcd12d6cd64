import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Fault } from './errors.js';
import { readMail, type Mail } from './mail.js';
import { NO_QUIRKS, type Quirks } from './quirks.js';
import { handle } from './soap-handler.js';
import { Store, type Folder, type Item, type Mailbox, type WellKnown } from './store.js';

export interface ForeignServerOptions {
  readonly username: string;
  readonly password: string;
  readonly quirks?: Partial<Quirks>;
  readonly addresses?: readonly string[];
  readonly clock?: () => Date;
}

export interface Delivery {
  readonly recipient: string;
  readonly mail: Mail;
}

export interface SeenCall {
  readonly operation: string | null;
  /** Whose mailbox it was about. */
  readonly mailbox: string | null;
  readonly status: number;
}

const LARGE_BODY = 40_000;

/**
 * An EWS server of no vendor and of several: written for the tests from what servers other than Exchange were seen to
 * answer, with no line in common with the product or its sandbox.
 */
export class ForeignServer {
  quirks: Quirks;
  readonly calls: SeenCall[] = [];
  readonly deliveries: Delivery[] = [];
  private readonly store = new Store(() => this.quirks);
  private readonly server: Server;
  private readonly broken = new WeakSet<Socket>();
  private readonly denied = new Set<string>();
  private readonly lost: string[] = [];
  private readonly now: () => Date;
  private own!: Mailbox;
  private answers = 0;
  private delivered = 0;

  private constructor(private readonly options: ForeignServerOptions) {
    this.quirks = { ...NO_QUIRKS, ...options.quirks };
    this.now = options.clock ?? (() => new Date());
    this.server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      this.respond(request, response).catch(() => request.socket.destroy());
    });
  }

  static async start(options: ForeignServerOptions): Promise<ForeignServer> {
    const foreign = new ForeignServer(options);
    foreign.own = foreign.store.addMailbox(`${options.username}@accounts.test`);
    for (const address of options.addresses ?? []) foreign.addMailbox(address);
    await new Promise<void>((resolve) => foreign.server.listen(0, '127.0.0.1', resolve));
    return foreign;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/EWS/Exchange.asmx`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  addMailbox(address: string): void {
    this.store.addMailbox(address);
  }

  removeMailbox(address: string): void {
    this.store.mailboxes.delete(address.toLowerCase());
  }

  addFolder(address: string, name: string): string {
    const mailbox = this.mailbox(address);
    return this.store.addFolder(mailbox, this.store.wellKnown(mailbox, 'msgfolderroot') ?? null, name).id;
  }

  /** Puts a message into a folder. @returns its item id */
  async deliver(
    address: string,
    mime: string | Buffer,
    { folder = 'inbox', receivedAt = this.now() }: { folder?: WellKnown; receivedAt?: Date } = {},
  ): Promise<string> {
    return this.put(this.folder(address, folder), await readMail(Buffer.from(mime)), receivedAt).id;
  }

  items(address: string, folder: WellKnown): Item[] {
    return this.store.itemsOf(this.folder(address, folder));
  }

  /** @returns its new id */
  move(address: string, itemId: string, to: WellKnown): string {
    return this.store.move(this.item(address, itemId), this.folder(address, to)).id;
  }

  remove(address: string, itemId: string): void {
    this.store.remove(this.item(address, itemId));
  }

  markRead(address: string, itemId: string, isRead = true): void {
    this.item(address, itemId).isRead = isRead;
  }

  deny(...addresses: string[]): void {
    for (const address of addresses) this.denied.add(address.toLowerCase());
  }

  grant(...addresses: string[]): void {
    for (const address of addresses) this.denied.delete(address.toLowerCase());
  }

  /** The next such call is carried out, and its answer is lost with the connection. */
  loseAnswer(operation: string): void {
    this.lost.push(operation);
  }

  private put(folder: Folder, mail: Mail, receivedAt: Date): Item {
    this.delivered += 1;
    const strange = this.quirks.datesIn2185 && this.delivered % 3 === 0;
    return this.store.add(folder, mail, {
      receivedAt: strange ? new Date('2185-07-21T23:34:33.709Z') : receivedAt,
      createdAt: receivedAt,
    });
  }

  private send(mail: Mail, from: Mailbox): void {
    const recipients = [...mail.to, ...mail.cc, ...mail.bcc].map(({ address }) => address);
    const domain = from.address.slice(from.address.indexOf('@')).toLowerCase();
    const missing = recipients.some(
      (address) => address.toLowerCase().endsWith(domain) && !this.store.mailboxes.has(address.toLowerCase()),
    );
    if (missing || recipients.length === 0)
      throw new Fault(
        null,
        'E-3117: failed to send mail (Message was cancelled (e.g. incomplete Envelope-From/Ev-To))',
      );
    const messageId = mail.messageId ?? `<${randomUUID()}@foreign.test>`;
    const sent = { ...mail, bcc: [], messageId, date: this.now() };
    for (const recipient of recipients) {
      this.deliveries.push({ recipient, mail: sent });
      const mailbox = this.store.mailboxes.get(recipient.toLowerCase());
      const inbox = mailbox && this.store.wellKnown(mailbox, 'inbox');
      if (inbox) this.put(inbox, sent, this.now());
    }
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const { username, password } = this.options;
    const quirks = this.quirks;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (this.broken.has(socket)) {
      if (quirks.largeBodyBreaksNext === 'cut') return void socket.destroy();
      response.writeHead(400, { Connection: 'close', 'Content-Length': 0 }).end();
      return;
    }
    if (body.length > LARGE_BODY && quirks.largeBodyBreaksNext !== null) this.broken.add(socket);
    const offered = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    if (offered.replace(/^.*\\/, '') !== `${username}:${password}`) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="foreign"', 'Content-Length': 0 }).end();
      return;
    }
    const answer = await handle(body.toString('utf8'), {
      store: this.store,
      quirks,
      own: this.own,
      now: this.now,
      isDenied: ({ address }) => this.denied.has(address.toLowerCase()),
      send: (mail, from) => this.send(mail, from),
    });
    this.calls.push(answer);
    const lost = answer.operation === null ? -1 : this.lost.indexOf(answer.operation);
    if (lost >= 0) {
      this.lost.splice(lost, 1);
      socket.destroy();
      return;
    }
    const id = request.headers['client-request-id'];
    const echo = quirks.noRequestIdEcho || typeof id !== 'string' ? {} : { 'client-request-id': id };
    const bytes = Buffer.from(answer.body);
    const headers = { 'Content-Type': 'text/xml', 'Content-Length': bytes.length, ...echo };
    response.writeHead(answer.status, headers).end(bytes);
    this.answers += 1;
    if (quirks.answersTwice !== null && this.answers % quirks.answersTwice === 0) {
      const head = Object.entries(headers).map(([name, text]) => `${name}: ${text}\r\n`);
      const again = Buffer.concat([Buffer.from(`HTTP/1.1 ${answer.status} OK\r\n${head.join('')}\r\n`), bytes]);
      setTimeout(() => socket.writable && socket.write(again), 1 + (this.answers % 20));
    }
  }

  private mailbox(address: string): Mailbox {
    const mailbox = this.store.mailboxes.get(address.toLowerCase());
    if (!mailbox) throw new Error(`no mailbox ${address}`);
    return mailbox;
  }

  private folder(address: string, wellKnown: WellKnown): Folder {
    const folder = this.store.wellKnown(this.mailbox(address), wellKnown);
    if (!folder) throw new Error(`no folder ${wellKnown}`);
    return folder;
  }

  private item(address: string, id: string): Item {
    const item = this.store.item(this.mailbox(address), id);
    if (!item) throw new Error(`no item ${id}`);
    return item;
  }
}
