/** The operations of the sandbox (messages.xsd), in the notation of `notation.ts`. */
export const REQUEST_TYPES = `
m.BaseMoveCopyFolderType : m.BaseRequestType = ToFolderId:TargetFolderIdType
  FolderIds:NonEmptyArrayOfBaseFolderIdsType
m.BaseMoveCopyItemType : m.BaseRequestType = ToFolderId:TargetFolderIdType ItemIds:NonEmptyArrayOfBaseItemIdsType
  ReturnNewItemIds:boolean?
m.BaseRequestType abstract =
m.ConvertIdType : m.BaseRequestType = @DestinationFormat:IdFormatType! SourceIds:NonEmptyArrayOfAlternateIdsType
m.CopyFolderType : m.BaseMoveCopyFolderType =
m.CopyItemType : m.BaseMoveCopyItemType =
m.CreateAttachmentType : m.BaseRequestType = ParentItemId:ItemIdType Attachments:NonEmptyArrayOfAttachmentsType
m.CreateFolderType : m.BaseRequestType = ParentFolderId:TargetFolderIdType Folders:NonEmptyArrayOfFoldersType
m.CreateItemType : m.BaseRequestType = @MessageDisposition:MessageDispositionType
  @SendMeetingInvitations:CalendarItemCreateOrDeleteOperationType SavedItemFolderId:TargetFolderIdType?
  Items:NonEmptyArrayOfAllItemsType
m.DeleteAttachmentType : m.BaseRequestType = AttachmentIds:NonEmptyArrayOfRequestAttachmentIdsType
m.DeleteFolderType : m.BaseRequestType = @DeleteType:DisposalType! FolderIds:NonEmptyArrayOfBaseFolderIdsType
m.DeleteItemType : m.BaseRequestType = @DeleteType:DisposalType!
  @SendMeetingCancellations:CalendarItemCreateOrDeleteOperationType
  @AffectedTaskOccurrences:AffectedTaskOccurrencesType @SuppressReadReceipts:boolean
  ItemIds:NonEmptyArrayOfBaseItemIdsType
m.EmptyFolderType : m.BaseRequestType = @DeleteType:DisposalType! @DeleteSubFolders:boolean!
  FolderIds:NonEmptyArrayOfBaseFolderIdsType
m.ExpandDLType : m.BaseRequestType = Mailbox:EmailAddressType
m.FindFolderType : m.BaseRequestType = @Traversal:FolderQueryTraversalType! FolderShape:FolderResponseShapeType
  (IndexedPageFolderView:IndexedPageViewType | FractionalPageFolderView:FractionalPageViewType)?
  Restriction:RestrictionType? ParentFolderIds:NonEmptyArrayOfBaseFolderIdsType
m.FindItemType : m.BaseRequestType = @Traversal:ItemQueryTraversalType! ItemShape:ItemResponseShapeType
  (IndexedPageItemView:IndexedPageViewType | FractionalPageItemView:FractionalPageViewType |
  SeekToConditionPageItemView:SeekToConditionPageViewType | CalendarView:CalendarViewType |
  ContactsView:ContactsViewType)? (GroupBy:GroupByType | DistinguishedGroupBy:DistinguishedGroupByType)?
  Restriction:RestrictionType? SortOrder:NonEmptyArrayOfFieldOrdersType?
  ParentFolderIds:NonEmptyArrayOfBaseFolderIdsType QueryString:m.QueryStringType?
m.GetAttachmentType : m.BaseRequestType = AttachmentShape:AttachmentResponseShapeType?
  AttachmentIds:NonEmptyArrayOfRequestAttachmentIdsType
m.GetFolderType : m.BaseRequestType = FolderShape:FolderResponseShapeType FolderIds:NonEmptyArrayOfBaseFolderIdsType
m.GetItemType : m.BaseRequestType = ItemShape:ItemResponseShapeType ItemIds:NonEmptyArrayOfBaseItemIdsType
m.GetStreamingEventsType : m.BaseRequestType = SubscriptionIds:NonEmptyArrayOfSubscriptionIdsType
  ConnectionTimeout:StreamingSubscriptionConnectionTimeoutType
m.MarkAllItemsAsReadType : m.BaseRequestType = ReadFlag:boolean SuppressReadReceipts:boolean
  FolderIds:NonEmptyArrayOfBaseFolderIdsType
m.MoveFolderType : m.BaseMoveCopyFolderType =
m.MoveItemType : m.BaseMoveCopyItemType =
m.QueryStringType = "string" @ResetCache:boolean @ReturnHighlightTerms:boolean @ReturnDeletedItems:boolean
m.ResolveNamesType : m.BaseRequestType = @ReturnFullContactData:boolean! @SearchScope:ResolveNamesSearchScopeType
  @ContactDataShape:DefaultShapeNamesType ParentFolderIds:NonEmptyArrayOfBaseFolderIdsType?
  UnresolvedEntry:NonEmptyStringType
m.SendItemType : m.BaseRequestType = @SaveItemToFolder:boolean! ItemIds:NonEmptyArrayOfBaseItemIdsType
  SavedItemFolderId:TargetFolderIdType?
m.SubscribeType : m.BaseRequestType = (PullSubscriptionRequest:PullSubscriptionRequestType |
  PushSubscriptionRequest:PushSubscriptionRequestType |
  StreamingSubscriptionRequest:StreamingSubscriptionRequestType)
m.SyncFolderHierarchyType : m.BaseRequestType = FolderShape:FolderResponseShapeType SyncFolderId:TargetFolderIdType?
  SyncState:string?
m.SyncFolderItemsType : m.BaseRequestType = ItemShape:ItemResponseShapeType SyncFolderId:TargetFolderIdType
  SyncState:string? Ignore:ArrayOfBaseItemIdsType? MaxChangesReturned:MaxSyncChangesReturnedType
  SyncScope:SyncFolderItemsScopeType?
m.UnsubscribeType : m.BaseRequestType = SubscriptionId:SubscriptionIdType
m.UpdateFolderType : m.BaseRequestType = FolderChanges:NonEmptyArrayOfFolderChangesType
m.UpdateItemType : m.BaseRequestType = @ConflictResolution:ConflictResolutionType!
  @MessageDisposition:MessageDispositionType @SendMeetingInvitationsOrCancellations:CalendarItemUpdateOperationType
  @SuppressReadReceipts:boolean SavedItemFolderId:TargetFolderIdType? ItemChanges:NonEmptyArrayOfItemChangesType
`;
