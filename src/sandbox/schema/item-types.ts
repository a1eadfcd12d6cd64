/**
 * Items in requests (types.xsd), in the notation of `notation.ts`. Properties that only a server computes are `opaque`.
 */
export const ITEM_TYPES = `
NonEmptyArrayOfAttachmentsType = (ItemAttachment:ItemAttachmentType | FileAttachment:FileAttachmentType |
  ReferenceAttachment:ReferenceAttachmentType)+
NonEmptyArrayOfAllItemsType = (Item:ItemType | Message:MessageType | SharingMessage:SharingMessageType |
  CalendarItem:CalendarItemType | Contact:ContactItemType | DistributionList:DistributionListType |
  MeetingMessage:MeetingMessageType | MeetingRequest:MeetingRequestMessageType |
  MeetingResponse:MeetingResponseMessageType | MeetingCancellation:MeetingCancellationMessageType | Task:TaskType |
  PostItem:PostItemType | ReplyToItem:ReplyToItemType | ForwardItem:ForwardItemType |
  ReplyAllToItem:ReplyAllToItemType | AcceptItem:AcceptItemType | TentativelyAcceptItem:TentativelyAcceptItemType |
  DeclineItem:DeclineItemType | CancelCalendarItem:CancelCalendarItemType | RemoveItem:RemoveItemType |
  SuppressReadReceipt:SuppressReadReceiptType | PostReplyItem:PostReplyItemType |
  AcceptSharingInvitation:AcceptSharingInvitationType | RoleMember:opaque | Network:opaque | Person:opaque)+
ItemAttachmentType : AttachmentType = (Item:ItemType | Message:MessageType | SharingMessage:SharingMessageType |
  CalendarItem:CalendarItemType | Contact:ContactItemType | MeetingMessage:MeetingMessageType |
  MeetingRequest:MeetingRequestMessageType | MeetingResponse:MeetingResponseMessageType |
  MeetingCancellation:MeetingCancellationMessageType | Task:TaskType | PostItem:PostItemType | RoleMember:opaque |
  Network:opaque | Person:opaque)?
FileAttachmentType : AttachmentType = IsContactPhoto:boolean? Content:base64Binary?
ReferenceAttachmentType : AttachmentType = AttachLongPathName:string? ProviderType:string?
  ProviderEndpointUrl:string? AttachmentThumbnailUrl:string? AttachmentPreviewUrl:string? PermissionType:int?
  OriginalPermissionType:int? AttachmentIsFolder:boolean?
ItemType = MimeContent:MimeContentType? ItemId:ItemIdType? ParentFolderId:FolderIdType? ItemClass:ItemClassType?
  Subject:string? Sensitivity:SensitivityChoicesType? Body:BodyType? Attachments:NonEmptyArrayOfAttachmentsType?
  DateTimeReceived:dateTime? Size:int? Categories:ArrayOfStringsType? Importance:ImportanceChoicesType?
  InReplyTo:string? IsSubmitted:boolean? IsDraft:boolean? IsFromMe:boolean? IsResend:boolean? IsUnmodified:boolean?
  InternetMessageHeaders:NonEmptyArrayOfInternetHeadersType? DateTimeSent:dateTime? DateTimeCreated:dateTime?
  ResponseObjects:opaque? ReminderDueBy:dateTime? ReminderIsSet:boolean? ReminderNextTime:dateTime?
  ReminderMinutesBeforeStart:ReminderMinutesBeforeStartType? DisplayCc:string? DisplayTo:string? DisplayBcc:string?
  HasAttachments:boolean? ExtendedProperty:ExtendedPropertyType* Culture:language?
  EffectiveRights:EffectiveRightsType? LastModifiedName:string? LastModifiedTime:dateTime? IsAssociated:boolean?
  WebClientReadFormQueryString:string? WebClientEditFormQueryString:string? ConversationId:ItemIdType?
  UniqueBody:BodyType? Flag:FlagType? StoreEntryId:base64Binary? InstanceKey:base64Binary? NormalizedBody:BodyType?
  EntityExtractionResult:opaque? PolicyTag:RetentionTagType? ArchiveTag:RetentionTagType? RetentionDate:dateTime?
  Preview:string? RightsManagementLicenseData:opaque? PredictedActionReasons:opaque? IsClutter:boolean?
  BlockStatus:boolean? HasBlockedImages:boolean? TextBody:BodyType? IconIndex:IconIndexType? SearchKey:base64Binary?
  SortKey:long? Hashtags:ArrayOfStringsType? Mentions:ArrayOfRecipientsType? MentionedMe:boolean?
  MentionsPreview:opaque? MentionsEx:opaque? AppliedHashtags:opaque? AppliedHashtagsPreview:opaque? Likes:opaque?
  LikesPreview:opaque? PendingSocialActivityTagIds:ArrayOfStringsType? AtAllMention:boolean? CanDelete:boolean?
  InferenceClassification:InferenceClassificationType?
MessageType : ItemType = Sender:SingleRecipientType? ToRecipients:ArrayOfRecipientsType?
  CcRecipients:ArrayOfRecipientsType? BccRecipients:ArrayOfRecipientsType? IsReadReceiptRequested:boolean?
  IsDeliveryReceiptRequested:boolean? ConversationIndex:base64Binary? ConversationTopic:string?
  From:SingleRecipientType? InternetMessageId:string? IsRead:boolean? IsResponseRequested:boolean?
  References:string? ReplyTo:ArrayOfRecipientsType? ReceivedBy:SingleRecipientType?
  ReceivedRepresenting:SingleRecipientType? ApprovalRequestData:opaque? VotingInformation:opaque?
  ReminderMessageData:opaque? MessageSafety:opaque? SenderSMTPAddress:SmtpAddressType?
  MailboxGuids:MessageType.MailboxGuids? PublishedCalendarItemIcs:string? PublishedCalendarItemName:string?
SharingMessageType : MessageType = SharingMessageAction:opaque? SharingMessageActions:opaque?
CalendarItemType : ItemType = UID:string? RecurrenceId:dateTime? DateTimeStamp:dateTime? Start:dateTime?
  End:dateTime? OriginalStart:dateTime? IsAllDayEvent:boolean? LegacyFreeBusyStatus:LegacyFreeBusyType?
  Location:string? When:string? IsMeeting:boolean? IsCancelled:boolean? IsRecurring:boolean?
  MeetingRequestWasSent:boolean? IsResponseRequested:boolean? CalendarItemType:CalendarItemTypeType?
  MyResponseType:ResponseTypeType? Organizer:SingleRecipientType? RequiredAttendees:NonEmptyArrayOfAttendeesType?
  OptionalAttendees:NonEmptyArrayOfAttendeesType? Resources:NonEmptyArrayOfAttendeesType? InboxReminders:opaque?
  ConflictingMeetingCount:int? AdjacentMeetingCount:int? ConflictingMeetings:NonEmptyArrayOfAllItemsType?
  AdjacentMeetings:NonEmptyArrayOfAllItemsType? Duration:string? TimeZone:string? AppointmentReplyTime:dateTime?
  AppointmentSequenceNumber:int? AppointmentState:int? Recurrence:RecurrenceType?
  FirstOccurrence:OccurrenceInfoType? LastOccurrence:OccurrenceInfoType?
  ModifiedOccurrences:NonEmptyArrayOfOccurrenceInfoType? DeletedOccurrences:NonEmptyArrayOfDeletedOccurrencesType?
  MeetingTimeZone:TimeZoneType? StartTimeZone:opaque? EndTimeZone:opaque? ConferenceType:int?
  AllowNewTimeProposal:boolean? IsOnlineMeeting:boolean? MeetingWorkspaceUrl:string? NetShowUrl:string?
  EnhancedLocation:opaque? StartWallClock:dateTime? EndWallClock:dateTime? StartTimeZoneId:string?
  EndTimeZoneId:string? IntendedFreeBusyStatus:LegacyFreeBusyType? JoinOnlineMeetingUrl:string?
  OnlineMeetingSettings:opaque? IsOrganizer:boolean? CalendarActivityData:opaque? DoNotForwardMeeting:boolean?
ContactItemType : ItemType = FileAs:string? FileAsMapping:FileAsMappingType? DisplayName:string? GivenName:string?
  Initials:string? MiddleName:string? Nickname:string? CompleteName:CompleteNameType? CompanyName:string?
  EmailAddresses:EmailAddressDictionaryType? AbchEmailAddresses:opaque?
  PhysicalAddresses:PhysicalAddressDictionaryType? PhoneNumbers:PhoneNumberDictionaryType? AssistantName:string?
  Birthday:dateTime? BusinessHomePage:anyURI? Children:ArrayOfStringsType? Companies:ArrayOfStringsType?
  ContactSource:ContactSourceType? Department:string? Generation:string? ImAddresses:ImAddressDictionaryType?
  JobTitle:string? Manager:string? Mileage:string? OfficeLocation:string?
  PostalAddressIndex:PhysicalAddressIndexType? Profession:string? SpouseName:string? Surname:string?
  WeddingAnniversary:dateTime? HasPicture:boolean? PhoneticFullName:string? PhoneticFirstName:string?
  PhoneticLastName:string? Alias:string? Notes:string? Photo:base64Binary? UserSMIMECertificate:ArrayOfBinaryType?
  MSExchangeCertificate:ArrayOfBinaryType? DirectoryId:string? ManagerMailbox:SingleRecipientType?
  DirectReports:ArrayOfRecipientsType? AccountName:string? IsAutoUpdateDisabled:boolean? IsMessengerEnabled:boolean?
  Comment:string? ContactShortId:int? ContactType:string? Gender:string? IsHidden:boolean? ObjectId:string?
  PassportId:long? IsPrivate:boolean? SourceId:string? TrustLevel:int? CreatedBy:string? Urls:opaque? Cid:long?
  SkypeAuthCertificate:string? SkypeContext:string? SkypeId:string? SkypeRelationship:string? YomiNickname:string?
  XboxLiveTag:string? InviteFree:boolean? HidePresenceAndProfile:boolean? IsPendingOutbound:boolean?
  SupportGroupFeeds:boolean? UserTileHash:string? UnifiedInbox:boolean? Mris:ArrayOfStringsType? Wlid:string?
  AbchContactId:GuidType? NotInBirthdayCalendar:boolean? ShellContactType:string? ImMri:string?
  PresenceTrustLevel:int? OtherMri:string? ProfileLastChanged:string? MobileIMEnabled:boolean?
  PartnerNetworkProfilePhotoUrl:string? PartnerNetworkThumbnailPhotoUrl:string? PersonId:string?
  ConversationGuid:GuidType?
DistributionListType : ItemType = DisplayName:string? FileAs:string? ContactSource:ContactSourceType?
  Members:MembersListType?
MeetingMessageType : MessageType = AssociatedCalendarItemId:ItemIdType? IsDelegated:boolean? IsOutOfDate:boolean?
  HasBeenProcessed:boolean? ResponseType:ResponseTypeType? UID:string? RecurrenceId:dateTime?
  DateTimeStamp:dateTime? IsOrganizer:boolean?
MeetingRequestMessageType : MeetingMessageType = MeetingRequestType:MeetingRequestTypeType?
  IntendedFreeBusyStatus:LegacyFreeBusyType? Start:dateTime? End:dateTime? OriginalStart:dateTime?
  IsAllDayEvent:boolean? LegacyFreeBusyStatus:LegacyFreeBusyType? Location:string? When:string? IsMeeting:boolean?
  IsCancelled:boolean? IsRecurring:boolean? MeetingRequestWasSent:boolean? CalendarItemType:CalendarItemTypeType?
  MyResponseType:ResponseTypeType? Organizer:SingleRecipientType? RequiredAttendees:NonEmptyArrayOfAttendeesType?
  OptionalAttendees:NonEmptyArrayOfAttendeesType? Resources:NonEmptyArrayOfAttendeesType?
  ConflictingMeetingCount:int? AdjacentMeetingCount:int? ConflictingMeetings:NonEmptyArrayOfAllItemsType?
  AdjacentMeetings:NonEmptyArrayOfAllItemsType? Duration:string? TimeZone:string? AppointmentReplyTime:dateTime?
  AppointmentSequenceNumber:int? AppointmentState:int? Recurrence:RecurrenceType?
  FirstOccurrence:OccurrenceInfoType? LastOccurrence:OccurrenceInfoType?
  ModifiedOccurrences:NonEmptyArrayOfOccurrenceInfoType? DeletedOccurrences:NonEmptyArrayOfDeletedOccurrencesType?
  MeetingTimeZone:TimeZoneType? StartTimeZone:opaque? EndTimeZone:opaque? ConferenceType:int?
  AllowNewTimeProposal:boolean? IsOnlineMeeting:boolean? MeetingWorkspaceUrl:string? NetShowUrl:string?
  EnhancedLocation:opaque? ChangeHighlights:opaque? StartWallClock:dateTime? EndWallClock:dateTime?
  StartTimeZoneId:string? EndTimeZoneId:string? DoNotForwardMeeting:boolean?
MeetingResponseMessageType : MeetingMessageType = Start:dateTime? End:dateTime? Location:string?
  Recurrence:RecurrenceType? CalendarItemType:string? ProposedStart:dateTime? ProposedEnd:dateTime?
  EnhancedLocation:opaque?
MeetingCancellationMessageType : MeetingMessageType = Start:dateTime? End:dateTime? Location:string?
  Recurrence:RecurrenceType? CalendarItemType:string? EnhancedLocation:opaque? DoNotForwardMeeting:boolean?
TaskType : ItemType = ActualWork:int? AssignedTime:dateTime? BillingInformation:string? ChangeCount:int?
  Companies:ArrayOfStringsType? CompleteDate:dateTime? Contacts:ArrayOfStringsType?
  DelegationState:TaskDelegateStateType? Delegator:string? DueDate:dateTime? IsAssignmentEditable:int?
  IsComplete:boolean? IsRecurring:boolean? IsTeamTask:boolean? Mileage:string? Owner:string? PercentComplete:double?
  Recurrence:TaskRecurrenceType? StartDate:dateTime? Status:TaskStatusType? StatusDescription:string? TotalWork:int?
PostItemType : ItemType = ConversationIndex:base64Binary? ConversationTopic:string? From:SingleRecipientType?
  InternetMessageId:string? IsRead:boolean? PostedTime:dateTime? References:string? Sender:SingleRecipientType?
ReplyToItemType : SmartResponseType =
ForwardItemType : SmartResponseType =
ReplyAllToItemType : SmartResponseType = IsSpecificMessageReply:boolean?
AcceptItemType : MeetingRegistrationResponseObjectType =
TentativelyAcceptItemType : MeetingRegistrationResponseObjectType =
DeclineItemType : MeetingRegistrationResponseObjectType =
CancelCalendarItemType : SmartResponseType =
RemoveItemType : ResponseObjectType =
SuppressReadReceiptType : ReferenceItemResponseType =
PostReplyItemType : PostReplyItemBaseType = NewBodyContent:BodyType?
AcceptSharingInvitationType : ReferenceItemResponseType =
OccurrenceItemIdType : BaseItemIdType = @RecurringMasterId:DerivedItemIdType! @ChangeKey:string @InstanceIndex:int!
RecurringMasterItemIdRangesType : ItemIdType = Ranges:ArrayOfOccurrenceRangesType?
AttachmentType = AttachmentId:AttachmentIdType? Name:string? ContentType:string? ContentId:string?
  ContentLocation:string? AttachmentOriginalUrl:string? Size:int? LastModifiedTime:dateTime? IsInline:boolean?
MimeContentType = "string" @CharacterSet:string
BodyType = "string" @BodyType:BodyTypeType! @IsTruncated:boolean
ArrayOfStringsType = String:string*
NonEmptyArrayOfInternetHeadersType = InternetMessageHeader:InternetHeaderType+
ExtendedPropertyType = ExtendedFieldURI:PathToExtendedFieldType (Value:string |
  Values:NonEmptyArrayOfPropertyValuesType)
EffectiveRightsType = CreateAssociated:boolean CreateContents:boolean CreateHierarchy:boolean Delete:boolean
  Modify:boolean Read:boolean ViewPrivateItems:boolean?
FlagType = FlagStatus:FlagStatusType StartDate:dateTime? DueDate:dateTime? CompleteDate:dateTime?
RetentionTagType = "GuidType" @IsExplicit:boolean!
ArrayOfRecipientsType = Mailbox:EmailAddressType*
SingleRecipientType = Mailbox:EmailAddressType
MessageType.MailboxGuids = MailboxGuid:GuidType+
NonEmptyArrayOfAttendeesType = Attendee:AttendeeType+
RecurrenceType = (RelativeYearlyRecurrence:RelativeYearlyRecurrencePatternType |
  AbsoluteYearlyRecurrence:AbsoluteYearlyRecurrencePatternType |
  RelativeMonthlyRecurrence:RelativeMonthlyRecurrencePatternType |
  AbsoluteMonthlyRecurrence:AbsoluteMonthlyRecurrencePatternType | WeeklyRecurrence:WeeklyRecurrencePatternType |
  DailyRecurrence:DailyRecurrencePatternType) (NoEndRecurrence:NoEndRecurrenceRangeType |
  EndDateRecurrence:EndDateRecurrenceRangeType | NumberedRecurrence:NumberedRecurrenceRangeType)
OccurrenceInfoType = ItemId:ItemIdType Start:dateTime End:dateTime OriginalStart:dateTime
NonEmptyArrayOfOccurrenceInfoType = Occurrence:OccurrenceInfoType+
NonEmptyArrayOfDeletedOccurrencesType = DeletedOccurrence:DeletedOccurrenceInfoType+
TimeZoneType = @TimeZoneName:string (BaseOffset:duration (Standard:TimeChangeType Daylight:TimeChangeType)?)?
CompleteNameType = Title:string? FirstName:string? MiddleName:string? LastName:string? Suffix:string?
  Initials:string? FullName:string? Nickname:string? YomiFirstName:string? YomiLastName:string?
EmailAddressDictionaryType = Entry:EmailAddressDictionaryEntryType+
PhysicalAddressDictionaryType = Entry:PhysicalAddressDictionaryEntryType+
PhoneNumberDictionaryType = Entry:PhoneNumberDictionaryEntryType+
ImAddressDictionaryType = Entry:ImAddressDictionaryEntryType+
ArrayOfBinaryType = Base64Binary:base64Binary*
MembersListType = Member:MemberType*
TaskRecurrenceType = (RelativeYearlyRecurrence:RelativeYearlyRecurrencePatternType |
  AbsoluteYearlyRecurrence:AbsoluteYearlyRecurrencePatternType |
  RelativeMonthlyRecurrence:RelativeMonthlyRecurrencePatternType |
  AbsoluteMonthlyRecurrence:AbsoluteMonthlyRecurrencePatternType | WeeklyRecurrence:WeeklyRecurrencePatternType |
  DailyRecurrence:DailyRecurrencePatternType | DailyRegeneration:DailyRegeneratingPatternType |
  WeeklyRegeneration:WeeklyRegeneratingPatternType | MonthlyRegeneration:MonthlyRegeneratingPatternType |
  YearlyRegeneration:YearlyRegeneratingPatternType) (NoEndRecurrence:NoEndRecurrenceRangeType |
  EndDateRecurrence:EndDateRecurrenceRangeType | NumberedRecurrence:NumberedRecurrenceRangeType)
SmartResponseType : SmartResponseBaseType = NewBodyContent:BodyType?
MeetingRegistrationResponseObjectType : WellKnownResponseObjectType = ProposedStart:dateTime? ProposedEnd:dateTime?
ResponseObjectType : ResponseObjectCoreType abstract = @ObjectName:string
ReferenceItemResponseType < ResponseObjectType = ReferenceItemId:ItemIdType?
PostReplyItemBaseType < ResponseObjectType = Subject:string? Body:BodyType? ReferenceItemId:ItemIdType?
ArrayOfOccurrenceRangesType = Range:OccurrencesRangeType+
InternetHeaderType = "string" @HeaderName:string!
NonEmptyArrayOfPropertyValuesType = Value:string+
AttendeeType = Mailbox:EmailAddressType ResponseType:ResponseTypeType? LastResponseTime:dateTime?
  ProposedStart:dateTime? ProposedEnd:dateTime?
RelativeYearlyRecurrencePatternType : RecurrencePatternBaseType = DaysOfWeek:DayOfWeekType
  DayOfWeekIndex:DayOfWeekIndexType Month:MonthNamesType
AbsoluteYearlyRecurrencePatternType : RecurrencePatternBaseType = DayOfMonth:int Month:MonthNamesType
RelativeMonthlyRecurrencePatternType : IntervalRecurrencePatternBaseType = DaysOfWeek:DayOfWeekType
  DayOfWeekIndex:DayOfWeekIndexType
AbsoluteMonthlyRecurrencePatternType : IntervalRecurrencePatternBaseType = DayOfMonth:int
WeeklyRecurrencePatternType : IntervalRecurrencePatternBaseType = DaysOfWeek:DaysOfWeekType
  FirstDayOfWeek:DayOfWeekType?
DailyRecurrencePatternType : IntervalRecurrencePatternBaseType =
NoEndRecurrenceRangeType : RecurrenceRangeBaseType =
EndDateRecurrenceRangeType : RecurrenceRangeBaseType = EndDate:date
NumberedRecurrenceRangeType : RecurrenceRangeBaseType = NumberOfOccurrences:int
DeletedOccurrenceInfoType = Start:dateTime
TimeChangeType = @TimeZoneName:string Offset:duration (RelativeYearlyRecurrence:RelativeYearlyRecurrencePatternType
  | AbsoluteDate:date) Time:time
EmailAddressDictionaryEntryType = "string" @Key:EmailAddressKeyType! @Name:string @RoutingType:string
  @MailboxType:MailboxTypeType
PhysicalAddressDictionaryEntryType = @Key:PhysicalAddressKeyType! Street:string? City:string? State:string?
  CountryOrRegion:string? PostalCode:string?
PhoneNumberDictionaryEntryType = "string" @Key:PhoneNumberKeyType!
ImAddressDictionaryEntryType = "string" @Key:ImAddressKeyType!
MemberType = @Key:string Mailbox:EmailAddressType? Status:MemberStatusType?
DailyRegeneratingPatternType : RegeneratingPatternBaseType =
WeeklyRegeneratingPatternType : RegeneratingPatternBaseType =
MonthlyRegeneratingPatternType : RegeneratingPatternBaseType =
YearlyRegeneratingPatternType : RegeneratingPatternBaseType =
SmartResponseBaseType < ResponseObjectType = Subject:string? Body:BodyType? ToRecipients:ArrayOfRecipientsType?
  CcRecipients:ArrayOfRecipientsType? BccRecipients:ArrayOfRecipientsType? IsReadReceiptRequested:boolean?
  IsDeliveryReceiptRequested:boolean? From:SingleRecipientType? ReferenceItemId:ItemIdType?
WellKnownResponseObjectType < ResponseObjectType = ItemClass:ItemClassType? Sensitivity:SensitivityChoicesType?
  Body:BodyType? Attachments:NonEmptyArrayOfAttachmentsType?
  InternetMessageHeaders:NonEmptyArrayOfInternetHeadersType? Sender:SingleRecipientType?
  ToRecipients:ArrayOfRecipientsType? CcRecipients:ArrayOfRecipientsType? BccRecipients:ArrayOfRecipientsType?
  IsReadReceiptRequested:boolean? IsDeliveryReceiptRequested:boolean? From:SingleRecipientType?
  ReferenceItemId:ItemIdType?
ResponseObjectCoreType : MessageType abstract = ReferenceItemId:ItemIdType?
OccurrencesRangeType = @Start:dateTime @End:dateTime @Count:int @CompareOriginalStartTime:boolean
RecurrencePatternBaseType abstract =
IntervalRecurrencePatternBaseType : RecurrencePatternBaseType abstract = Interval:int
RecurrenceRangeBaseType abstract = StartDate:date
RegeneratingPatternBaseType : IntervalRecurrencePatternBaseType abstract =
`;
