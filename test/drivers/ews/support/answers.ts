/** An envelope around a SOAP body's content, with the usual prefixes. */
export function envelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">' +
    '<s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="2562" MinorBuildNumber="17" ' +
    'xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types"/></s:Header>' +
    '<s:Body xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" ' +
    `xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">${body}</s:Body></s:Envelope>`
  );
}

/** The answer to an operation: one response message per content given, each a success. */
export function success(operation: string, ...contents: string[]): string {
  return responses(operation, ...contents.map((content) => message(operation, content)));
}

export function responses(operation: string, ...messages: string[]): string {
  return envelope(
    `<m:${operation}Response><m:ResponseMessages>${messages.join('')}</m:ResponseMessages></m:${operation}Response>`,
  );
}

export function message(operation: string, content: string): string {
  return `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}</m:${operation}ResponseMessage>`;
}

export function failure(operation: string, code: string, text = 'It went wrong.', rest = '', cls = 'Error'): string {
  return (
    `<m:${operation}ResponseMessage ResponseClass="${cls}"><m:MessageText>${text}</m:MessageText>` +
    `<m:ResponseCode>${code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>${rest}</m:${operation}ResponseMessage>`
  );
}

export function fault(code: string, text = 'It went wrong.', values: Record<string, string> = {}): string {
  const entries = Object.entries(values).map(([name, value]) => `<t:Value Name="${name}">${value}</t:Value>`);
  return envelope(
    `<s:Fault><faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">a:${code}</faultcode>` +
      `<faultstring xml:lang="en-US">${text}</faultstring><detail>` +
      `<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${code}</e:ResponseCode>` +
      `<e:Message xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${text}</e:Message>` +
      (entries.length > 0 ? `<t:MessageXml>${entries.join('')}</t:MessageXml>` : '') +
      '</detail></s:Fault>',
  );
}

export const INBOX = success(
  'GetFolder',
  '<m:Folders><t:Folder><t:FolderId Id="F1" ChangeKey="C1"/><t:DisplayName>Inbox</t:DisplayName><t:TotalCount>7</t:TotalCount></t:Folder></m:Folders>',
);

/** One item of a GetItem answer with its MIME. */
export function itemWithMime(id: string, mime: Buffer, kind = 'Message'): string {
  return (
    `<m:Items><t:${kind}><t:MimeContent CharacterSet="UTF-8">${mime.toString('base64')}</t:MimeContent>` +
    `<t:ItemId Id="${id}" ChangeKey="K-${id}"/><t:Subject>About ${id}</t:Subject></t:${kind}></m:Items>`
  );
}
