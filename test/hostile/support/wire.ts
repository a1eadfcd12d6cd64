import type { IncomingHttpHeaders } from 'node:http';

/** A request as it reached the server. */
export interface EwsCall {
  readonly operation: string;
  /** The mailbox that the caller acts as, by its X-AnchorMailbox header. */
  readonly mailbox: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  /** How many requests came over its connection before it. */
  readonly requestsBefore: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
  /** The connection breaks after this share of the body. */
  readonly tornAt?: number;
  /** The same answer comes once more, before that to the connection's next request. */
  readonly comesTwice?: boolean;
}

/** `reset`: the connection is cut without a byte of an answer. */
export type Answer = Reply | 'reset';
export type Serve = (call: EwsCall) => Promise<Answer>;

const namespaces =
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';
const xml = { 'content-type': 'text/xml; charset=utf-8' };

const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;

export const ok = (body: string): Reply => ({ status: 200, headers: xml, body });

export const html = (status: number, text = 'blocked'): Reply => ({
  status,
  headers: {
    'content-type': 'text/html',
    ...(status === 401 ? { 'www-authenticate': ['Negotiate', 'Basic realm="x"'] } : {}),
  },
  body: `<html><body>${text}</body></html>`,
});

/** A response message that says that its item, folder or attachment failed. */
export const failedMessage = (operation: string, code: string): string =>
  `<m:${operation}ResponseMessage ResponseClass="Error"><m:MessageText>The operation failed.</m:MessageText><m:ResponseCode>${code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>${{ GetItem: '<m:Items/>', GetFolder: '<m:Folders/>' }[operation] ?? ''}</m:${operation}ResponseMessage>`;

export const responseOf = (operation: string, messages: string, wrapper = 'ResponseMessages'): Reply =>
  ok(
    envelope(`<m:${operation}Response ${namespaces}><m:${wrapper}>${messages}</m:${wrapper}></m:${operation}Response>`),
  );

/** An answer whose response messages all carry the code. */
export const failed = ({ operation, body }: EwsCall, code: string): Reply =>
  responseOf(operation, failedMessage(operation, code).repeat(Math.max(1, itemIdsOf(body).length)));

/** A fault of the whole call, such as ErrorServerBusy. */
export const fault = (code: string, backOffMs?: number): Reply => ({
  status: 500,
  headers: xml,
  body: envelope(
    `<s:Fault><faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">a:${code}</faultcode><faultstring>no</faultstring><detail><e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${code}</e:ResponseCode>${
      backOffMs === undefined
        ? ''
        : `<t:MessageXml xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><t:Value Name="BackOffMilliseconds">${backOffMs}</t:Value></t:MessageXml>`
    }</detail></s:Fault>`,
  ),
});

/** Ids of the items that a request asks for, in its order. */
export const itemIdsOf = (body: string): string[] =>
  [...body.matchAll(/<t:ItemId [^>]*?Id="([^"]*)"/g)].map(([, id = '']) => id);

/** Ids and distinguished names of the folders that a request names. */
export const foldersOf = (body: string): string[] =>
  [...body.matchAll(/<t:(?:Distinguished)?FolderId [^>]*?Id="([^"]*)"/g)].map(([, id = '']) => id);

/** Every answer but a reset, with its body made over. */
export async function rewritten(answer: Promise<Answer>, rewrite: (body: string) => string): Promise<Answer> {
  const given = await answer;
  return given === 'reset' ? given : { ...given, body: rewrite(given.body) };
}

/** The answer with the response messages of some of its items replaced. */
export function replaceMessages(
  operation: string,
  body: string,
  replacement: (message: string, index: number) => string,
): string {
  const name = `m:${operation}ResponseMessage`;
  let index = 0;
  return body.replace(new RegExp(`<${name}[ >].*?</${name}>`, 'gs'), (message) => replacement(message, index++));
}
