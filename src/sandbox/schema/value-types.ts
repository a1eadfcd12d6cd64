/** Simple types of requests (types.xsd), in the notation of `notation.ts`. */
export const VALUE_TYPES = `
IdFormatType = enum EwsLegacyId EwsId EntryId HexEntryId StoreId OwaId
MessageDispositionType = enum SaveOnly SendOnly SendAndSaveCopy
CalendarItemCreateOrDeleteOperationType = enum SendToNone SendOnlyToAll SendToAllAndSaveCopy
DisposalType = enum HardDelete SoftDelete MoveToDeletedItems
AffectedTaskOccurrencesType = enum AllOccurrences SpecifiedOccurrenceOnly
FolderQueryTraversalType = enum Shallow Deep SoftDeleted
ItemQueryTraversalType = enum Shallow SoftDeleted Associated
StreamingSubscriptionConnectionTimeoutType = int min=1 max=30
NonEmptyStringType = string minLength=1
ResolveNamesSearchScopeType = enum ActiveDirectory ActiveDirectoryContacts Contacts ContactsActiveDirectory
DefaultShapeNamesType = enum IdOnly Default AllProperties PcxPeopleSearch
MaxSyncChangesReturnedType = int min=1 max=512
SyncFolderItemsScopeType = enum NormalItems NormalAndAssociatedItems
SubscriptionIdType = NonEmptyStringType
ConflictResolutionType = enum NeverOverwrite AutoResolve AlwaysOverwrite
CalendarItemUpdateOperationType = enum SendToNone SendOnlyToAll SendOnlyToChanged SendToAllAndSaveCopy
  SendToChangedAndSaveCopy
MailboxTypeType = enum Unknown OneOff Mailbox PublicDL PrivateDL Contact PublicFolder GroupMailbox ImplicitContact
IndexBasePointType = enum Beginning End
BodyTypeResponseType = enum Best HTML Text
StandardGroupByType = enum ConversationTopic
SubscriptionTimeoutType = int min=1 max=1440
SubscriptionStatusFrequencyType = int min=1 max=1440
DistinguishedFolderIdNameType = enum calendar contacts deleteditems drafts inbox journal notes outbox sentitems
  tasks msgfolderroot publicfoldersroot root junkemail searchfolders voicemail recoverableitemsroot
  recoverableitemsdeletions recoverableitemsversions recoverableitemspurges recoverableitemsdiscoveryholds
  archiveroot archivemsgfolderroot archivedeleteditems archiveinbox archiverecoverableitemsroot
  archiverecoverableitemsdeletions archiverecoverableitemsversions archiverecoverableitemspurges
  archiverecoverableitemsdiscoveryholds syncissues conflicts localfailures serverfailures recipientcache
  quickcontacts conversationhistory adminauditlogs todosearch mycontacts directory imcontactlist peopleconnect
  favorites mecontact personmetadata teamspaceactivity teamspacemessaging teamspaceworkitems scheduled orionnotes
  tagitems alltaggeditems externalcontacts teamchat teamchathistory yammerroot yammerinbound yammeroutbound
  yammerfeeds onedriveroot onedriverecylebin onedrivesystem onedrivevolume important starred archive
CalendarPermissionReadAccessType = enum None TimeOnly TimeAndSubjectAndLocation FullDetails
PermissionReadAccessType = enum None FullDetails
ItemClassType = string
SensitivityChoicesType = enum Normal Personal Private Confidential
ImportanceChoicesType = enum Low Normal High
ReminderMinutesBeforeStartType = union union0ReminderMinutesBeforeStartType union1ReminderMinutesBeforeStartType
IconIndexType = enum Default PostItem MailRead MailUnread MailReplied MailForwarded MailEncrypted MailSmimeSigned
  MailEncryptedReplied MailSmimeSignedReplied MailEncryptedForwarded MailSmimeSignedForwarded MailEncryptedRead
  MailSmimeSignedRead MailIrm MailIrmForwarded MailIrmReplied SmsSubmitted SmsRoutedToDeliveryPoint
  SmsRoutedToExternalMessagingSystem SmsDelivered OutlookDefaultForContacts AppointmentItem AppointmentRecur
  AppointmentMeet AppointmentMeetRecur AppointmentMeetNY AppointmentMeetYes AppointmentMeetNo AppointmentMeetMaybe
  AppointmentMeetCancel AppointmentMeetInfo TaskItem TaskRecur TaskOwned TaskDelegated
InferenceClassificationType = enum Focused Other
LegacyFreeBusyType = enum Free Tentative Busy OOF WorkingElsewhere NoData
CalendarItemTypeType = enum Single Occurrence Exception RecurringMaster
ResponseTypeType = enum Unknown Organizer Tentative Accept Decline NoResponseReceived
FileAsMappingType = enum None LastCommaFirst FirstSpaceLast Company LastCommaFirstCompany CompanyLastFirst LastFirst
  LastFirstCompany CompanyLastCommaFirst LastFirstSuffix LastSpaceFirstCompany CompanyLastSpaceFirst LastSpaceFirst
  DisplayName FirstName LastFirstMiddleSuffix LastName Empty
ContactSourceType = enum ActiveDirectory Store
PhysicalAddressIndexType = enum None Home Business Other
GuidType = string pattern=guid
MeetingRequestTypeType = enum None FullUpdate InformationalUpdate NewMeetingRequest Outdated SilentUpdate
  PrincipalWantsCopy
TaskDelegateStateType = enum NoMatch OwnNew Owned Accepted Declined Max
TaskStatusType = enum NotStarted InProgress Completed WaitingOnOthers Deferred
DerivedItemIdType = string
ContainmentModeType = enum FullString Prefixed Substring PrefixOnWords ExactPhrase
ContainmentComparisonType = enum Exact IgnoreCase IgnoreNonSpacingCharacters Loose IgnoreCaseAndNonSpacingCharacters
  LooseAndIgnoreCase LooseAndIgnoreNonSpace LooseAndIgnoreCaseAndIgnoreNonSpace
SortDirectionType = enum Ascending Descending
DictionaryURIType = enum item:InternetMessageHeader contacts:ImAddress contacts:PhysicalAddress:Street
  contacts:PhysicalAddress:City contacts:PhysicalAddress:State contacts:PhysicalAddress:CountryOrRegion
  contacts:PhysicalAddress:PostalCode contacts:PhoneNumber contacts:EmailAddress distributionlist:Members:Member
DistinguishedPropertySetType = enum Meeting Appointment Common PublicStrings Address InternetHeaders
  CalendarAssistant UnifiedMessaging Task Sharing
PropertyTagType = union unsignedShort union0PropertyTagType
MapiPropertyTypeType = enum ApplicationTime ApplicationTimeArray Binary BinaryArray Boolean CLSID CLSIDArray
  Currency CurrencyArray Double DoubleArray Error Float FloatArray Integer IntegerArray Long LongArray Null Object
  ObjectArray Short ShortArray SystemTime SystemTimeArray String StringArray
AggregateType = enum Minimum Maximum
WatermarkType = NonEmptyStringType
NotificationEventTypeType = enum CopiedEvent CreatedEvent DeletedEvent ModifiedEvent MovedEvent NewMailEvent
  FreeBusyChangedEvent
SearchFolderTraversalType = enum Shallow Deep
BodyTypeType = enum HTML Text
union0ReminderMinutesBeforeStartType = int min=0 max=2629800
union1ReminderMinutesBeforeStartType = int min=1525252321 max=1525252321
FlagStatusType = enum NotFlagged Flagged Complete
ExcludesAttributeType = string pattern=mask
union0PropertyTagType = string pattern=tag
DayOfWeekType = enum Sunday Monday Tuesday Wednesday Thursday Friday Saturday Day Weekday WeekendDay
DayOfWeekIndexType = enum First Second Third Fourth Last
MonthNamesType = enum January February March April May June July August September October November December
DaysOfWeekType = list DayOfWeekType
EmailAddressKeyType = enum EmailAddress1 EmailAddress2 EmailAddress3
PhysicalAddressKeyType = enum Home Business Other
PhoneNumberKeyType = enum AssistantPhone BusinessFax BusinessPhone BusinessPhone2 Callback CarPhone CompanyMainPhone
  HomeFax HomePhone HomePhone2 Isdn MobilePhone OtherFax OtherTelephone Pager PrimaryPhone RadioPhone Telex
  TtyTddPhone BusinessMobile IPPhone Mms Msn
ImAddressKeyType = enum ImAddress1 ImAddress2 ImAddress3
MemberStatusType = enum Unrecognized Normal Demoted
`;
