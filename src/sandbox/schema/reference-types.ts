/**
 * Types with which requests refer to items, folders and properties, page, search and subscribe (types.xsd), in the
 * notation of `notation.ts`.
 */
export const REFERENCE_TYPES = `
%Path = ExtendedFieldURI:PathToExtendedFieldType | FieldURI:PathToUnindexedFieldType |
  IndexedFieldURI:PathToIndexedFieldType
%SearchExpression = And:AndType | Contains:ContainsExpressionType | Excludes:ExcludesType | Exists:ExistsType |
  IsEqualTo:IsEqualToType | IsGreaterThan:IsGreaterThanType | IsGreaterThanOrEqualTo:IsGreaterThanOrEqualToType |
  IsLessThan:IsLessThanType | IsLessThanOrEqualTo:IsLessThanOrEqualToType | IsNotEqualTo:IsNotEqualToType |
  Near:NearType | Not:NotType | Or:OrType
ExchangeImpersonationType = @soap ConnectingSID:ConnectingSIDType
NonEmptyArrayOfAlternateIdsType = (AlternateId:AlternateIdType | AlternatePublicFolderId:AlternatePublicFolderIdType
  | AlternatePublicFolderItemId:AlternatePublicFolderItemIdType)+
ItemIdType : BaseItemIdType = @Id:string! @ChangeKey:string
TargetFolderIdType = (FolderId:FolderIdType | DistinguishedFolderId:DistinguishedFolderIdType |
  AddressListId:AddressListIdType)
NonEmptyArrayOfFoldersType = (Folder:FolderType | CalendarFolder:CalendarFolderType |
  ContactsFolder:ContactsFolderType | SearchFolder:SearchFolderType | TasksFolder:TasksFolderType)+
NonEmptyArrayOfRequestAttachmentIdsType = AttachmentId:RequestAttachmentIdType+
NonEmptyArrayOfBaseFolderIdsType = (FolderId:FolderIdType | DistinguishedFolderId:DistinguishedFolderIdType)+
NonEmptyArrayOfBaseItemIdsType = (ItemId:ItemIdType | OccurrenceItemId:OccurrenceItemIdType |
  RecurringMasterItemId:RecurringMasterItemIdType | RecurringMasterItemIdRanges:RecurringMasterItemIdRangesType)+
EmailAddressType : BaseEmailAddressType = Name:string? EmailAddress:NonEmptyStringType?
  RoutingType:NonEmptyStringType? MailboxType:MailboxTypeType? ItemId:ItemIdType? OriginalDisplayName:string?
FolderResponseShapeType = BaseShape:DefaultShapeNamesType AdditionalProperties:NonEmptyArrayOfPathsToElementType?
IndexedPageViewType : BasePagingType = @Offset:int! @BasePoint:IndexBasePointType!
FractionalPageViewType : BasePagingType = @Numerator:int! @Denominator:int!
RestrictionType = %SearchExpression
ItemResponseShapeType = BaseShape:DefaultShapeNamesType IncludeMimeContent:boolean? BodyType:BodyTypeResponseType?
  UniqueBodyType:BodyTypeResponseType? NormalizedBodyType:BodyTypeResponseType? FilterHtmlContent:boolean?
  ConvertHtmlCodePageToUTF8:boolean? InlineImageUrlTemplate:string? BlockExternalImages:boolean?
  AddBlankTargetToLinks:boolean? MaximumBodySize:int? AdditionalProperties:NonEmptyArrayOfPathsToElementType?
SeekToConditionPageViewType : BasePagingType = @BasePoint:IndexBasePointType! Condition:RestrictionType
CalendarViewType : BasePagingType = @StartDate:dateTime! @EndDate:dateTime!
ContactsViewType : BasePagingType = @InitialName:string @FinalName:string
GroupByType : BaseGroupByType = (FieldURI:PathToUnindexedFieldType | IndexedFieldURI:PathToIndexedFieldType |
  ExtendedFieldURI:PathToExtendedFieldType) AggregateOn:AggregateOnType UseCollapsibleGroups:boolean?
  ItemsPerGroup:nonNegativeInteger? MaxItemsPerGroup:nonNegativeInteger? GroupsToExpand:ArrayOfGroupIdType?
DistinguishedGroupByType : BaseGroupByType = StandardGroupBy:StandardGroupByType
NonEmptyArrayOfFieldOrdersType = FieldOrder:FieldOrderType+
AttachmentResponseShapeType = IncludeMimeContent:boolean? BodyType:BodyTypeResponseType? FilterHtmlContent:boolean?
  AdditionalProperties:NonEmptyArrayOfPathsToElementType?
NonEmptyArrayOfSubscriptionIdsType = SubscriptionId:SubscriptionIdType+
PullSubscriptionRequestType : BaseSubscriptionRequestType = Timeout:SubscriptionTimeoutType
PushSubscriptionRequestType : BaseSubscriptionRequestType = StatusFrequency:SubscriptionStatusFrequencyType
  URL:string CallerData:string?
StreamingSubscriptionRequestType = @SubscribeToAllFolders:boolean FolderIds:NonEmptyArrayOfBaseFolderIdsType?
  EventTypes:NonEmptyArrayOfNotificationEventTypesType
ArrayOfBaseItemIdsType = ItemId:ItemIdType*
NonEmptyArrayOfFolderChangesType = FolderChange:FolderChangeType+
NonEmptyArrayOfItemChangesType = ItemChange:ItemChangeType+
ConnectingSIDType = (PrincipalName:PrincipalNameType | SID:SIDType | PrimarySmtpAddress:PrimarySmtpAddressType |
  SmtpAddress:SmtpAddressType)
AlternateIdType : AlternateIdBaseType = @Id:string! @Mailbox:NonEmptyStringType! @IsArchive:boolean
AlternatePublicFolderIdType : AlternateIdBaseType = @FolderId:string!
AlternatePublicFolderItemIdType : AlternatePublicFolderIdType = @ItemId:string!
BaseItemIdType abstract =
FolderIdType : BaseFolderIdType = @Id:string! @ChangeKey:string
DistinguishedFolderIdType : BaseFolderIdType = @Id:DistinguishedFolderIdNameType! @ChangeKey:string
  Mailbox:EmailAddressType?
AddressListIdType : BaseFolderIdType = @Id:string!
FolderType : BaseFolderType = PermissionSet:opaque? UnreadCount:int?
CalendarFolderType : BaseFolderType = SharingEffectiveRights:CalendarPermissionReadAccessType? PermissionSet:opaque?
ContactsFolderType : BaseFolderType = SharingEffectiveRights:PermissionReadAccessType? PermissionSet:opaque?
  SourceId:string? AccountName:string?
SearchFolderType : FolderType = SearchParameters:SearchParametersType?
TasksFolderType : FolderType =
RequestAttachmentIdType : BaseItemIdType = @Id:string!
RecurringMasterItemIdType : BaseItemIdType = @OccurrenceId:DerivedItemIdType! @ChangeKey:string
BaseEmailAddressType =
NonEmptyArrayOfPathsToElementType = %Path+
BasePagingType abstract = @MaxEntriesReturned:int
AndType : MultipleOperandBooleanExpressionType =
ContainsExpressionType : SearchExpressionType = @ContainmentMode:ContainmentModeType
  @ContainmentComparison:ContainmentComparisonType %Path Constant:ConstantValueType
ExcludesType : SearchExpressionType = %Path Bitmask:ExcludesValueType
ExistsType : SearchExpressionType = %Path
IsEqualToType : TwoOperandExpressionType =
IsGreaterThanType : TwoOperandExpressionType =
IsGreaterThanOrEqualToType : TwoOperandExpressionType =
IsLessThanType : TwoOperandExpressionType =
IsLessThanOrEqualToType : TwoOperandExpressionType =
IsNotEqualToType : TwoOperandExpressionType =
NearType : MultipleOperandBooleanExpressionType = Distance:unsignedInt Ordered:boolean
NotType : SearchExpressionType = %SearchExpression
OrType : MultipleOperandBooleanExpressionType =
BaseGroupByType abstract = @Order:SortDirectionType!
PathToUnindexedFieldType : BasePathToElementType = @FieldURI:UnindexedFieldURIType!
PathToIndexedFieldType : BasePathToElementType = @FieldURI:DictionaryURIType! @FieldIndex:string!
PathToExtendedFieldType : BasePathToElementType = @DistinguishedPropertySetId:DistinguishedPropertySetType
  @PropertySetId:GuidType @PropertyTag:PropertyTagType @PropertyName:string @PropertyId:int
  @PropertyType:MapiPropertyTypeType!
AggregateOnType = @Aggregate:AggregateType! (FieldURI:PathToUnindexedFieldType |
  IndexedFieldURI:PathToIndexedFieldType | ExtendedFieldURI:PathToExtendedFieldType)
ArrayOfGroupIdType = GroupId:base64Binary*
FieldOrderType = @Order:SortDirectionType! %Path
BaseSubscriptionRequestType abstract = @SubscribeToAllFolders:boolean FolderIds:NonEmptyArrayOfBaseFolderIdsType?
  EventTypes:NonEmptyArrayOfNotificationEventTypesType Watermark:WatermarkType?
NonEmptyArrayOfNotificationEventTypesType = EventType:NotificationEventTypeType+
FolderChangeType = (FolderId:FolderIdType | DistinguishedFolderId:DistinguishedFolderIdType)
  Updates:NonEmptyArrayOfFolderChangeDescriptionsType
ItemChangeType = (ItemId:ItemIdType | OccurrenceItemId:OccurrenceItemIdType |
  RecurringMasterItemId:RecurringMasterItemIdType) Updates:NonEmptyArrayOfItemChangeDescriptionsType
  CalendarActivityData:opaque?
PrincipalNameType = "NonEmptyStringType"
SIDType = "NonEmptyStringType"
PrimarySmtpAddressType = "NonEmptyStringType"
SmtpAddressType = "NonEmptyStringType"
AlternateIdBaseType abstract = @Format:IdFormatType!
BaseFolderIdType abstract =
BaseFolderType abstract = FolderId:FolderIdType? ParentFolderId:FolderIdType? FolderClass:string?
  DisplayName:string? TotalCount:int? ChildFolderCount:int? ExtendedProperty:ExtendedPropertyType*
  ManagedFolderInformation:opaque? EffectiveRights:EffectiveRightsType?
  DistinguishedFolderId:DistinguishedFolderIdNameType? PolicyTag:RetentionTagType? ArchiveTag:RetentionTagType?
  ReplicaList:ArrayOfStringsType?
SearchParametersType = @Traversal:SearchFolderTraversalType Restriction:RestrictionType
  BaseFolderIds:NonEmptyArrayOfBaseFolderIdsType
MultipleOperandBooleanExpressionType : SearchExpressionType abstract = %SearchExpression+
SearchExpressionType abstract =
ConstantValueType = @Value:string!
ExcludesValueType = @Value:ExcludesAttributeType!
TwoOperandExpressionType : SearchExpressionType abstract = %Path FieldURIOrConstant:FieldURIOrConstantType
BasePathToElementType abstract =
NonEmptyArrayOfFolderChangeDescriptionsType = (AppendToFolderField:AppendToFolderFieldType |
  SetFolderField:SetFolderFieldType | DeleteFolderField:DeleteFolderFieldType)+
NonEmptyArrayOfItemChangeDescriptionsType = (AppendToItemField:AppendToItemFieldType | SetItemField:SetItemFieldType
  | DeleteItemField:DeleteItemFieldType)+
AttachmentIdType : RequestAttachmentIdType = @RootItemId:string @RootItemChangeKey:string
FieldURIOrConstantType = (%Path | Constant:ConstantValueType)
AppendToFolderFieldType : FolderChangeDescriptionType = (Folder:FolderType | CalendarFolder:CalendarFolderType |
  ContactsFolder:ContactsFolderType | SearchFolder:SearchFolderType | TasksFolder:TasksFolderType)
SetFolderFieldType : FolderChangeDescriptionType = (Folder:FolderType | CalendarFolder:CalendarFolderType |
  ContactsFolder:ContactsFolderType | SearchFolder:SearchFolderType | TasksFolder:TasksFolderType)
DeleteFolderFieldType : FolderChangeDescriptionType =
AppendToItemFieldType : ItemChangeDescriptionType = (Item:ItemType | Message:MessageType |
  SharingMessage:SharingMessageType | CalendarItem:CalendarItemType | Contact:ContactItemType |
  DistributionList:DistributionListType | MeetingMessage:MeetingMessageType |
  MeetingRequest:MeetingRequestMessageType | MeetingResponse:MeetingResponseMessageType |
  MeetingCancellation:MeetingCancellationMessageType | Task:TaskType | PostItem:PostItemType | RoleMember:opaque |
  Network:opaque | Person:opaque)
SetItemFieldType : ItemChangeDescriptionType = (Item:ItemType | Message:MessageType |
  SharingMessage:SharingMessageType | CalendarItem:CalendarItemType | Contact:ContactItemType |
  DistributionList:DistributionListType | MeetingMessage:MeetingMessageType |
  MeetingRequest:MeetingRequestMessageType | MeetingResponse:MeetingResponseMessageType |
  MeetingCancellation:MeetingCancellationMessageType | Task:TaskType | PostItem:PostItemType | RoleMember:opaque |
  Network:opaque | Person:opaque)
DeleteItemFieldType : ItemChangeDescriptionType =
FolderChangeDescriptionType : ChangeDescriptionType =
ItemChangeDescriptionType : ChangeDescriptionType =
ChangeDescriptionType abstract = %Path
`;
