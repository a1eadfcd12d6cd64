import { XmlElement } from '../../../src/sandbox/xml/element.js';
import { parseXml } from '../../../src/sandbox/xml/parse-xml.js';
import { escapeAttribute, escapeText } from '../../../src/sandbox/xml/write-xml.js';
import { envelope } from './ews-client.js';

const INBOX = '<t:DistinguishedFolderId Id="inbox"/>';
const ITEM = '<t:ItemId Id="AAMk" ChangeKey="CQ=="/>';
const SHAPE = '<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>';
const FOLDER_SHAPE = '<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>';
const SUBJECT = '<t:FieldURI FieldURI="item:Subject"/>';
const MARKER =
  '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Marker" PropertyType="String"/>';
const PERSON = '<t:Mailbox><t:Name>Ben</t:Name><t:EmailAddress>ben@postroom.example</t:EmailAddress></t:Mailbox>';

/** Bodies of requests that are right, between them with every operation and most kinds of content. */
export const REQUESTS: readonly string[] = [
  '<m:ConvertId DestinationFormat="HexEntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="AAMk" Mailbox="a@b.example"/></m:SourceIds></m:ConvertId>',
  `<m:CopyItem><m:ToFolderId>${INBOX}</m:ToFolderId><m:ItemIds>${ITEM}</m:ItemIds><m:ReturnNewItemIds>1</m:ReturnNewItemIds></m:CopyItem>`,
  `<m:MoveItem><m:ToFolderId><t:FolderId Id="AAMk"/></m:ToFolderId><m:ItemIds>${ITEM}${ITEM}</m:ItemIds></m:MoveItem>`,
  `<m:CopyFolder><m:ToFolderId>${INBOX}</m:ToFolderId><m:FolderIds><t:FolderId Id="AAMk" ChangeKey="CQ=="/></m:FolderIds></m:CopyFolder>`,
  `<m:MoveFolder><m:ToFolderId>${INBOX}</m:ToFolderId><m:FolderIds><t:FolderId Id="AAMk"/>${INBOX}</m:FolderIds></m:MoveFolder>`,
  `<m:EmptyFolder DeleteType="SoftDelete" DeleteSubFolders="0"><m:FolderIds>${INBOX}</m:FolderIds></m:EmptyFolder>`,
  `<m:CreateAttachment><m:ParentItemId Id="AAMk"/><m:Attachments><t:FileAttachment><t:Name>a</t:Name><t:IsInline>false</t:IsInline><t:Content>QQ==</t:Content></t:FileAttachment><t:ItemAttachment><t:Name>b</t:Name><t:Message><t:MimeContent CharacterSet="UTF-8">QQ==</t:MimeContent></t:Message></t:ItemAttachment></m:Attachments></m:CreateAttachment>`,
  `<m:CreateFolder><m:ParentFolderId>${INBOX}</m:ParentFolderId><m:Folders><t:SearchFolder><t:DisplayName>Unread</t:DisplayName><t:SearchParameters Traversal="Deep"><t:Restriction><t:Exists>${SUBJECT}</t:Exists></t:Restriction><t:BaseFolderIds>${INBOX}</t:BaseFolderIds></t:SearchParameters></t:SearchFolder></m:Folders></m:CreateFolder>`,
  `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${INBOX}</m:SavedItemFolderId><m:Items><t:Message><t:ItemClass>IPM.Note</t:ItemClass><t:Subject>Hi</t:Subject><t:Sensitivity>Normal</t:Sensitivity><t:Body BodyType="HTML">&lt;p/&gt;</t:Body><t:Categories><t:String>a</t:String></t:Categories><t:Importance>High</t:Importance><t:ReminderDueBy>2026-01-01T10:00:00Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderMinutesBeforeStart>15</t:ReminderMinutesBeforeStart><t:ExtendedProperty>${MARKER}<t:Value>x</t:Value></t:ExtendedProperty><t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag><t:ToRecipients>${PERSON}</t:ToRecipients><t:From>${PERSON}</t:From><t:IsRead>0</t:IsRead></t:Message></m:Items></m:CreateItem>`,
  `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Meeting</t:Subject><t:Start>2026-01-01T10:00:00+01:00</t:Start><t:End>2026-01-01T11:00:00</t:End><t:RequiredAttendees><t:Attendee>${PERSON}</t:Attendee></t:RequiredAttendees><t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday Friday</t:DaysOfWeek></t:WeeklyRecurrence><t:EndDateRecurrence><t:StartDate>2026-01-01</t:StartDate><t:EndDate>2026-06-30Z</t:EndDate></t:EndDateRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>`,
  `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:ReplyAllToItem><t:Subject>Re</t:Subject><t:ReferenceItemId Id="AAMk"/><t:NewBodyContent BodyType="Text">Yes</t:NewBodyContent></t:ReplyAllToItem></m:Items></m:CreateItem>`,
  `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Contact><t:DisplayName>Ben</t:DisplayName><t:EmailAddresses><t:Entry Key="EmailAddress1">b@c.example</t:Entry></t:EmailAddresses><t:PhoneNumbers><t:Entry Key="MobilePhone">1</t:Entry></t:PhoneNumbers></t:Contact></m:Items></m:CreateItem>`,
  '<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="AAMk"/></m:AttachmentIds></m:DeleteAttachment>',
  `<m:DeleteFolder DeleteType="MoveToDeletedItems"><m:FolderIds><t:FolderId Id="AAMk"/>${INBOX}</m:FolderIds></m:DeleteFolder>`,
  `<m:DeleteItem DeleteType="HardDelete" SuppressReadReceipts="true"><m:ItemIds>${ITEM}</m:ItemIds></m:DeleteItem>`,
  `<m:ExpandDL><m:Mailbox><t:EmailAddress>sales@postroom.example</t:EmailAddress></m:Mailbox></m:ExpandDL>`,
  `<m:FindFolder Traversal="Deep">${FOLDER_SHAPE}<m:IndexedPageFolderView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/><m:Restriction><t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="folder:DisplayName"/><t:Constant Value="x"/></t:Contains></m:Restriction><m:ParentFolderIds>${INBOX}</m:ParentFolderIds></m:FindFolder>`,
  `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${SUBJECT}${MARKER}<t:ExtendedFieldURI PropertyTag="0x0E23" PropertyType="Integer"/><t:IndexedFieldURI FieldURI="item:InternetMessageHeader" FieldIndex="X-A"/></t:AdditionalProperties></m:ItemShape><m:FractionalPageItemView MaxEntriesReturned="5" Numerator="1" Denominator="2"/><m:Restriction><t:And><t:Or><t:IsEqualTo>${SUBJECT}<t:FieldURIOrConstant><t:Constant Value="x"/></t:FieldURIOrConstant></t:IsEqualTo><t:Excludes><t:ExtendedFieldURI PropertyTag="3591" PropertyType="Integer"/><t:Bitmask Value="0x8"/></t:Excludes></t:Or><t:Not><t:Exists>${MARKER}</t:Exists></t:Not></t:And></m:Restriction><m:SortOrder><t:FieldOrder Order="Descending">${SUBJECT}</t:FieldOrder></m:SortOrder><m:ParentFolderIds>${INBOX}</m:ParentFolderIds></m:FindItem>`,
  `<m:FindItem Traversal="Shallow">${SHAPE}<m:GroupBy Order="Ascending">${SUBJECT}<t:AggregateOn Aggregate="Maximum"><t:FieldURI FieldURI="item:DateTimeReceived"/></t:AggregateOn></m:GroupBy><m:ParentFolderIds>${INBOX}</m:ParentFolderIds><m:QueryString>subject:x</m:QueryString></m:FindItem>`,
  '<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:AttachmentShape><m:AttachmentIds><t:AttachmentId Id="AAMk"/></m:AttachmentIds></m:GetAttachment>',
  `<m:GetFolder>${FOLDER_SHAPE}<m:FolderIds><t:DistinguishedFolderId Id="drafts"><t:Mailbox><t:EmailAddress>a@b.example</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId></m:FolderIds></m:GetFolder>`,
  `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent><t:BodyType>Best</t:BodyType><t:MaximumBodySize>1000</t:MaximumBodySize></m:ItemShape><m:ItemIds>${ITEM}</m:ItemIds></m:GetItem>`,
  '<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>x</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>',
  `<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>false</m:SuppressReadReceipts><m:FolderIds>${INBOX}</m:FolderIds></m:MarkAllItemsAsRead>`,
  '<m:ResolveNames ReturnFullContactData="true" SearchScope="ActiveDirectory"><m:UnresolvedEntry>anna</m:UnresolvedEntry></m:ResolveNames>',
  `<m:SendItem SaveItemToFolder="true"><m:ItemIds>${ITEM}</m:ItemIds><m:SavedItemFolderId>${INBOX}</m:SavedItemFolderId></m:SendItem>`,
  `<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>${INBOX}</t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>`,
  `<m:SyncFolderHierarchy>${FOLDER_SHAPE}<m:SyncFolderId>${INBOX}</m:SyncFolderId><m:SyncState>x</m:SyncState></m:SyncFolderHierarchy>`,
  `<m:SyncFolderItems>${SHAPE}<m:SyncFolderId>${INBOX}</m:SyncFolderId><m:Ignore>${ITEM}</m:Ignore><m:MaxChangesReturned>512</m:MaxChangesReturned><m:SyncScope>NormalItems</m:SyncScope></m:SyncFolderItems>`,
  '<m:Unsubscribe><m:SubscriptionId>x</m:SubscriptionId></m:Unsubscribe>',
  `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="AAMk"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></t:SetFolderField><t:DeleteFolderField>${MARKER}</t:DeleteFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
  `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange>${ITEM}<t:Updates><t:SetItemField>${SUBJECT}<t:Message><t:Subject>x</t:Subject></t:Message></t:SetItemField><t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:Message><t:Body BodyType="Text">x</t:Body></t:Message></t:AppendToItemField><t:DeleteItemField>${MARKER}</t:DeleteItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
];

type Draft = { namespace: string; name: string; attributes: Map<string, string>; text: string; children: Draft[] };
type Change = (node: Draft, parent: Draft | undefined) => void;

/** Ways in which clients get requests wrong; some of them make another right request. */
const CHANGES: Readonly<Record<string, Change>> = {
  drop: (node, parent) => parent?.children.splice(parent.children.indexOf(node), 1),
  twice: (node, parent) => parent?.children.splice(parent.children.indexOf(node), 0, node),
  last: (node, parent) => parent?.children.push(...parent.children.splice(parent.children.indexOf(node), 1)),
  first: (node, parent) => parent?.children.unshift(...parent.children.splice(parent.children.indexOf(node), 1)),
  'other name': (node) => (node.name = `${node.name}X`),
  'other namespace': (node) => {
    node.namespace = node.namespace.endsWith('types')
      ? node.namespace.replace(/types$/, 'messages')
      : node.namespace.replace(/messages$/, 'types');
  },
  'no namespace': (node) => (node.namespace = ''),
  'stray text': (node) => (node.text += 'stray'),
  // Around values libxml2 does not collapse white space everywhere, as the specification wants.
  'white space': (node) => {
    if (node.text === '') node.text = ' \n';
  },
  'empty text': (node) => (node.text = ''),
  number: (node) => (node.text = '513'),
  boolean: (node) => (node.text = '1'),
  'without attributes': (node) => node.attributes.clear(),
  'further attribute': (node) => node.attributes.set('Further', '1'),
  'other values': (node) => node.attributes.forEach((value, name) => node.attributes.set(name, `${value}x`)),
  'without children': (node) => (node.children = []),
  'foreign child': (node) => node.children.push({ ...node, name: 'p', children: [], attributes: new Map() }),
};

export interface Sample {
  readonly title: string;
  readonly xml: string;
  readonly operation: XmlElement;
}

/** Takes every change and every element in turn, in a fifth of the time of all pairs of them. */
const STRIDE = 5;

/** The requests as they are, and many with a change at one element, as whole documents. */
export function samples(): Sample[] {
  let turn = 0;
  return REQUESTS.flatMap((request) => {
    const count = [...nodesOf(read(request))].length;
    const changed = Array.from({ length: count }, (_, index) =>
      Object.entries(CHANGES).flatMap(([title, change]) => {
        // What is no operation at all never gets as far as the schema.
        if (index === 0 && / name(space)?$/.test(title)) return [];
        if (turn++ % STRIDE !== 0) return [];
        const root = read(request);
        const [node, parent] = [...nodesOf(root)][index] ?? [root, undefined];
        const where = node.name;
        change(node, parent);
        return sample(`${root.name}: ${title} ${where}`, write(root));
      }),
    );
    return [sample(`${read(request).name}: as it is`, request), ...changed.flat()];
  });
}

/** The document around one request. */
export function sample(title: string, body: string): Sample {
  const xml = envelope(body, {});
  const operation = parseXml(xml).child('Body')?.children[0];
  if (!operation) throw new Error(`No operation in ${xml}`);
  return { title, xml, operation };
}

const read = (request: string): Draft => {
  const operation = parseXml(envelope(request, {})).child('Body')?.children[0];
  if (!operation) throw new Error(`No operation in ${request}`);
  return draft(operation);
};

const draft = (element: XmlElement): Draft => ({
  namespace: element.namespace,
  name: element.name,
  attributes: new Map(element.attributes),
  text: element.text,
  children: element.children.map(draft),
});

function* nodesOf(node: Draft, parent?: Draft): Generator<[Draft, Draft | undefined]> {
  yield [node, parent];
  for (const child of node.children) yield* nodesOf(child, node);
}

function write({ namespace, name, attributes, text, children }: Draft): string {
  const written = [...attributes].map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`).join('');
  return `<${name} xmlns="${namespace}"${written}>${escapeText(text)}${children.map(write).join('')}</${name}>`;
}
