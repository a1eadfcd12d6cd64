import { gunzipSync } from 'node:zlib';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { parseXml } from '../../../src/sandbox/xml/parse-xml.js';
import type { XmlElement } from '../../../src/sandbox/xml/element.js';

/** A raw call, so that the tests see what goes over the wire and share no code with any client. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface CallOptions {
  user?: string;
  password?: string;
  /** `SmtpAddress` unless another kind is given. */
  as?: string;
  sid?: string;
  headers?: Record<string, string>;
  version?: string;
  soapHeader?: string;
}

export const SERVICE = { username: 'svc-postroom', password: 'svc-Passw0rd!' };

export function envelope(
  body: string,
  { as, sid = 'SmtpAddress', version = 'Exchange2013_SP1', soapHeader = '' }: CallOptions,
): string {
  const impersonation = as
    ? `<t:ExchangeImpersonation><t:ConnectingSID><t:${sid}>${as}</t:${sid}></t:ConnectingSID></t:ExchangeImpersonation>`
    : '';
  return (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">' +
    `<soap:Header><t:RequestServerVersion Version="${version}"/>${impersonation}${soapHeader}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`
  );
}

export function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('aborted', () => reject(new Error('aborted')));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const plain = response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: plain.toString('utf8') });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

export function rawCall(url: string, body: string, options: CallOptions = {}): Promise<RawAnswer> {
  const { user = SERVICE.username, password = SERVICE.password, headers = {} } = options;
  const xml = envelope(body, options);
  return post(url, xml, {
    'Content-Type': 'text/xml; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(xml)),
    Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    'Accept-Encoding': 'gzip',
    ...headers,
  });
}

/** A call whose answer is parsed; `find` helps to look into it. */
export class Answer {
  constructor(
    readonly status: number,
    readonly root: XmlElement,
    readonly xml: string,
  ) {}

  all(name: string, from: XmlElement = this.root): XmlElement[] {
    return from.children.flatMap((child) => [...(child.name === name ? [child] : []), ...this.all(name, child)]);
  }

  first(name: string, from: XmlElement = this.root): XmlElement {
    const found = this.all(name, from)[0];
    if (!found) throw new Error(`No ${name} in ${this.xml.slice(0, 2000)}`);
    return found;
  }

  text(name: string): string {
    return this.first(name).text;
  }

  get codes(): string[] {
    return this.all('ResponseCode').map((code) => code.text);
  }

  get ids(): { Id: string; ChangeKey: string }[] {
    return this.all('ItemId').map((id) => ({
      Id: id.attribute('Id') ?? '',
      ChangeKey: id.attribute('ChangeKey') ?? '',
    }));
  }
}

/** Sends a whole document as the service account, and parses the answer. */
export async function rawPost(url: string, document: string): Promise<Answer> {
  const { username, password } = SERVICE;
  const answer = await post(url, document, {
    'Content-Type': 'text/xml; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(document)),
    Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  });
  return parsed(answer);
}

export async function call(url: string, body: string, options: CallOptions = {}): Promise<Answer> {
  return parsed(await rawCall(url, body, options));
}

function parsed(raw: RawAnswer): Answer {
  if (!raw.body.startsWith('<')) throw new Error(`HTTP ${String(raw.status)}: ${raw.body}`);
  const content = parseXml(raw.body).child('Body');
  if (!content) throw new Error(`No Body in ${raw.body}`);
  return new Answer(raw.status, content, raw.body);
}

export const distinguished = (name: string, mailbox?: string): string =>
  mailbox
    ? `<t:DistinguishedFolderId Id="${name}"><t:Mailbox><t:EmailAddress>${mailbox}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`
    : `<t:DistinguishedFolderId Id="${name}"/>`;

export const itemIds = (...ids: { Id: string; ChangeKey?: string }[]): string =>
  `<m:ItemIds>${ids.map(({ Id, ChangeKey }) => `<t:ItemId Id="${Id}"${ChangeKey ? ` ChangeKey="${ChangeKey}"` : ''}/>`).join('')}</m:ItemIds>`;

export const getItem = (ids: { Id: string }[], shape = '<t:BaseShape>AllProperties</t:BaseShape>'): string =>
  `<m:GetItem><m:ItemShape>${shape}</m:ItemShape>${itemIds(...ids)}</m:GetItem>`;

export const createMessage = (message: string, disposition = 'SaveOnly', folder = ''): string =>
  `<m:CreateItem MessageDisposition="${disposition}">${folder ? `<m:SavedItemFolderId>${folder}</m:SavedItemFolderId>` : ''}<m:Items><t:Message>${message}</t:Message></m:Items></m:CreateItem>`;
