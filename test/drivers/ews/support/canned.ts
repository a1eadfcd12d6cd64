import { INBOX, itemWithMime, message, responses, success } from './answers.js';
import type { OutgoingDraft } from '../../../../src/drivers/port/mail-item.js';
import { xml, type Responder } from './ews-stub.js';

const NO_ITEMS =
  '<m:RootFolder IndexedPagingOffset="0" TotalItemsInView="0" IncludesLastItemInRange="true"><t:Items/></m:RootFolder>';
const SAVED = '<m:Items><t:Message><t:ItemId Id="D1" ChangeKey="K2"/></t:Message></m:Items>';

/** A plain, friendly answer to every operation we send. */
export const friendly: Responder = (request, response) => {
  const operation = /<m:(\w+)/.exec(request.body)?.[1] ?? '';
  const count = (pattern: RegExp) => request.body.match(pattern)?.length ?? 0;
  const repeat = (content: (index: number) => string, times: number) =>
    responses(operation, ...Array.from({ length: times }, (_, index) => message(operation, content(index))));
  const answers: Record<string, () => string> = {
    GetFolder: () => INBOX,
    FindItem: () => repeat(() => NO_ITEMS, request.body.includes('Constant Value="m-') ? 3 : 1),
    SyncFolderItems: () =>
      success(
        operation,
        '<m:SyncState>S2</m:SyncState><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange><m:Changes/>',
      ),
    GetItem: () => {
      const ids = [...request.body.matchAll(/ItemId Id="([^"]*)"/g)].map((match) => match[1] ?? '');
      return responses(
        operation,
        ...ids.map((id) => message(operation, itemWithMime(id, Buffer.from(`Subject: ${id}\r\n\r\nHi`)))),
      );
    },
    GetAttachment: () =>
      success(
        operation,
        '<m:Attachments><t:FileAttachment><t:Name>a.txt</t:Name><t:Content>QUJD</t:Content></t:FileAttachment></m:Attachments>',
      ),
    ResolveNames: () =>
      success(
        operation,
        '<m:ResolutionSet><t:Resolution><t:Mailbox><t:EmailAddress>j@contoso.test</t:EmailAddress></t:Mailbox></t:Resolution></m:ResolutionSet>',
      ),
    CreateItem: () => success(operation, SAVED),
    UpdateItem: () => success(operation, SAVED),
    CreateAttachment: () =>
      repeat(
        (index) =>
          `<m:Attachments><t:FileAttachment><t:AttachmentId Id="A${index}" RootItemId="D1" RootItemChangeKey="K-A${index}"/></t:FileAttachment></m:Attachments>`,
        count(/<t:(?:File|Item)Attachment>/g),
      ),
    SendItem: () => success(operation, ''),
    DeleteItem: () => success(operation, ''),
  };
  return xml(answers[operation]?.() ?? '')(request, response);
};

export const DRAFT: OutgoingDraft = {
  marker: 'm-0198a1',
  internetMessageId: '<0198a1@contoso.test>',
  to: [{ name: 'Bob "B" <Größe> & Söhne', address: 'bob@fabrikam.test' }],
  cc: [{ name: null, address: 'carol@fabrikam.test' }],
  bcc: [{ name: '', address: 'dave@fabrikam.test' }],
  replyTo: [{ name: 'Support', address: 'support@contoso.test' }],
  subject: 'Grüße \u0000\u001a\ud800 & <b>日本語</b> 😀',
  text: 'plain',
  html: '<p>Hi ]]> & bye\r\n</p>',
  attachments: [
    {
      name: 'übersicht "1".pdf',
      contentType: 'application/pdf',
      contentId: null,
      isInline: false,
      content: Buffer.from([0, 1, 2, 255]),
    },
    { name: 'logo.png', contentType: 'image/png', contentId: 'logo@contoso', isInline: true, content: Buffer.alloc(0) },
  ],
};
