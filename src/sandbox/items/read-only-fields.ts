/** Properties that clients cannot set, because the server computes them. */
export const READ_ONLY = new Set(
  (
    'ItemId ParentFolderId DateTimeReceived Size IsSubmitted IsDraft IsFromMe IsResend IsUnmodified InternetMessageHeaders ' +
    'DateTimeSent DateTimeCreated ResponseObjects DisplayCc DisplayTo HasAttachments EffectiveRights LastModifiedName ' +
    'LastModifiedTime IsAssociated ConversationId UniqueBody InstanceKey NormalizedBody Preview TextBody ReceivedBy ' +
    'ReceivedRepresenting'
  ).split(' '),
);
