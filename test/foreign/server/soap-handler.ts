import type { Call, Operation } from './call.js';
import { Fault } from './errors.js';
import type { Mail } from './mail.js';
import { record, value, writeEnvelope, type Markup } from './markup.js';
import { findFolder, getFolder } from './operations/folders.js';
import { findItem, syncFolderItems } from './operations/listing.js';
import { getAttachment, getItem } from './operations/reading.js';
import { createAttachment, createItem, deleteItem, sendItem, updateItem } from './operations/writing.js';
import type { Quirks } from './quirks.js';
import type { Mailbox, Store } from './store.js';
import { at, parseXml, textAt, type Xml } from './xml.js';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetFolder: getFolder,
  FindFolder: findFolder,
  FindItem: findItem,
  SyncFolderItems: syncFolderItems,
  GetItem: getItem,
  GetAttachment: getAttachment,
  CreateItem: createItem,
  CreateAttachment: createAttachment,
  UpdateItem: updateItem,
  SendItem: sendItem,
  DeleteItem: deleteItem,
};

export interface SoapServer {
  readonly store: Store;
  readonly quirks: Quirks;
  /** The service account's own mailbox. */
  readonly own: Mailbox;
  readonly now: () => Date;
  readonly isDenied: (mailbox: Mailbox) => boolean;
  readonly send: (mail: Mail, from: Mailbox) => void;
}

export interface SoapAnswer {
  readonly status: number;
  readonly body: string;
  /** Null when the request was no call at all. */
  readonly operation: string | null;
  readonly mailbox: string | null;
}

/** Answers one SOAP request. */
export async function handle(text: string, server: SoapServer): Promise<SoapAnswer> {
  let operation: string | null = null;
  let mailbox: Mailbox | null = null;
  let body: Markup;
  let status = 200;
  try {
    const envelope = parseXml(text);
    const request = at(envelope, 'Body')?.children[0];
    operation = request?.name ?? null;
    const carryOut = OPERATIONS[operation ?? ''];
    mailbox = actingAs(at(envelope, 'Header', 'ExchangeImpersonation', 'ConnectingSID'), server);
    if (!request || !carryOut) throw new Fault(null, `E-3030: unknown request ${operation ?? ''}`);
    const { store, quirks, now, send } = server;
    const call: Call = { store, quirks, mailbox, now, send };
    body = await carryOut(request, call);
  } catch (error) {
    const fault = error instanceof Fault ? error : new Fault(null, `E-3000: ${String(error)}`);
    body = writeFault(fault, server.quirks);
    status = server.quirks.faultsWithStatus200 ? 200 : 500;
  }
  return { status, body: writeEnvelope(body, server.quirks), operation, mailbox: mailbox?.address ?? null };
}

function actingAs(sid: Xml | undefined, { store, own, quirks, isDenied }: SoapServer): Mailbox {
  if (!sid) return own;
  const address = ['PrimarySmtpAddress', 'SmtpAddress', 'PrincipalName'].map((name) => textAt(sid, name)).find(Boolean);
  const mailbox = store.mailboxes.get((address ?? '').toLowerCase());
  if (!mailbox) throw new Fault(quirks.unknownUserCode, `E-3125: failed to get user ${address ?? ''}`);
  if (isDenied(mailbox)) throw new Fault(quirks.deniedCode, 'E-3243: the account may not act as this user');
  return mailbox;
}

function writeFault({ code, message }: Fault, { bareFaultCodes }: Quirks): Markup {
  const faultcode = code === null ? 'SOAP:Server' : bareFaultCodes ? code : `t:${code}`;
  const hasDetail = code !== null && !bareFaultCodes;
  return record(
    'soap:Fault',
    {},
    value('none:faultcode', faultcode),
    value('none:faultstring', message),
    hasDetail ? record('none:detail', {}, value('t:ResponseCode', code), value('t:Message', message)) : null,
  );
}
