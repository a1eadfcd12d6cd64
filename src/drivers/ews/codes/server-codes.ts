import { onPremises } from '../remedies/on-premises.js';
import { databaseCommands, serviceAccountCommands } from '../remedies/mailbox-commands.js';
import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type Words } from './code-row.js';
import { unsupportedQuery } from './unsupported-query.js';

const storeAway = (names: Names): Omit<Words, 'title'> => ({
  meaning: `The server answers, but the database that holds ${names.mailbox} does not at the moment.`,
  causes: [
    'The database is dismounted, is being mounted, or switches to another server.',
    'The mailbox server is being updated or restarted.',
    'The network between the Exchange servers is disturbed.',
  ],
  advice: 'Nothing, as a rule. If it lasts for hours, have the Exchange administrator look at the database.',
  commands: databaseCommands(names),
});

const directoryAway = ({ server, kind }: Names): Omit<Words, 'title'> => ({
  meaning: `The Exchange server behind ${server} got no proper answer from Active Directory.`,
  causes: [
    'A domain controller is restarting or under load.',
    'The network between Exchange and its domain controllers is disturbed.',
  ],
  advice: 'Nothing, as a rule. If it lasts, have the administrator check the domain controllers that Exchange uses.',
  commands: onPremises(kind, [
    {
      purpose: 'See which domain controllers Exchange uses.',
      command: 'Get-ExchangeServer -Status | Format-List Name, CurrentDomainControllers, CurrentGlobalCatalogs',
    },
  ]),
});

const betweenServers = ({ server }: Names): Omit<Words, 'title'> => ({
  meaning: `The server at ${server} had to ask another server or service for this, and that failed.`,
  causes: [
    'The other server is restarting, being updated or under load.',
    'A certificate or the network between the servers is not in order.',
  ],
  advice:
    'Nothing, as a rule. If it lasts, have the Exchange administrator look up the request id in the EWS log of the named server.',
});

const publicFolder = (): Omit<Words, 'title'> => ({
  meaning: 'The server could not reach the public folders. Mail in mailboxes is not concerned.',
  advice: 'Postroom syncs mailboxes only. If public folders are among the folders of a mailbox, take them out.',
});

const internal = ({ server }: Names): Omit<Words, 'title'> => ({
  meaning: `The server at ${server} reported an error that is meant for its own use, or for a function other than mail.`,
  advice: 'It usually passes. If it comes again and again, report it with the technical details.',
});

/** The code says nothing; the server's own text often does. */
const brokenOff = ({ Server, value }: Names): string => {
  const said = value('serverText');
  return said === null
    ? `${Server} broke off the request with an error of its own and does not say which.`
    : `${Server} broke off the request with an error of its own, with the words “${said}” and no other reason.`;
};

/** Trouble inside the server that passes. */
export const serverCodes: CodeRows = {
  ErrorInternalServerError: row(['transient-server', 'server', 'backoff'], (names) => ({
    title: 'The server failed inside',
    meaning: brokenOff(names),
    causes: [
      'A passing fault of the server: a restart, an update, a database that switches.',
      'A damaged message or folder that makes the server fail each time it is read.',
    ],
    advice:
      'Nothing at first. If it lasts, have the Exchange administrator look up the request id in the EWS log and the event log of the named server.',
  })),
  ErrorInternalServerTransientError: row(['transient-server', 'server', 'backoff'], ({ Server }) => ({
    title: 'The server has a passing fault',
    meaning: `${Server} says itself that the fault passes, and asks for another try.`,
    causes: ['A database switches to another server, or a server is being updated.'],
    advice: 'Nothing. If it lasts for hours, have the Exchange administrator look at the server’s health.',
  })),
  ...family(['transient-server', 'mailbox', 'backoff'], storeAway, {
    ErrorMailboxStoreUnavailable: 'The database of the mailbox is not available',
    ErrorConnectionFailed: 'The server cannot connect to the database of the mailbox',
    ErrorConnectionFailedTransientError: 'The server cannot connect to the database of the mailbox at the moment',
  }),
  ...family(['transient-server', 'server', 'backoff'], directoryAway, {
    ErrorADOperation: 'The server’s question to Active Directory failed',
    ErrorADUnavailable: 'The server does not reach Active Directory',
  }),
  ErrorServiceUnavailable: row(['transient-server', 'server', 'backoff'], ({ Server }) => ({
    title: 'EWS is not available on the server at the moment',
    meaning: `${Server} is there, but its EWS takes no requests now.`,
    causes: ['The server is starting, being updated or in maintenance mode.'],
    advice:
      'Nothing, as a rule. If it lasts, have the Exchange administrator check the state of the server’s components.',
  })),
  ErrorBatchProcessingStopped: row(['transient-server', 'server', 'backoff'], () => ({
    title: 'The server left the rest of a request undone',
    meaning:
      'One part of a request failed in a way after which the server does not go on with the others. They are asked for again.',
    advice: 'Nothing. What stopped it is reported by itself.',
  })),
  ErrorMessageTrackingTransientError: row(['transient-server', 'server', 'backoff'], (names) => ({
    title: 'Message tracking is not available at the moment',
    ...internal(names),
  })),
  ErrorUMServerUnavailable: row(['transient-server', 'server', 'backoff'], (names) => ({
    title: 'The server for voice mail is not available',
    ...internal(names),
  })),
  ErrorProxyGroupSidLimitExceeded: row(['transient-server', 'server', 'never'], (names) => ({
    title: 'The service account is in too many groups',
    meaning: `The account ${names.account} belongs to more than 3,000 groups, nested ones included, so the servers cannot hand its requests on to each other.`,
    causes: ['An administrator’s or a long-lived account is used as service account.'],
    advice: 'Use an account of its own for Postroom, which is in few groups.',
    commands: serviceAccountCommands(names).slice(0, 1),
  })),
  ...family(['transient-server', 'server', 'backoff'], betweenServers, {
    ErrorAutoDiscoverFailed: 'The server did not find the settings of the mailbox by Autodiscover',
    ErrorClientDisconnected: 'The server considers the connection closed',
    ErrorDataSourceOperation: 'The server could not read from its own data source',
    ErrorInvalidNetworkServiceContext: 'The server could not work under its own network account',
    ErrorLogonAsNetworkServiceFailed: 'The server could not sign in with its own network account',
    ErrorProxiedSubscriptionCallFailure: 'A subscription could not be handed on to another server',
    ErrorProxyCallFailed: 'The request could not be handed on to another server',
    ErrorProxyRequestProcessingFailed: 'Another server could not carry out the request',
    ErrorServiceDiscoveryFailed: 'The server did not find the server of the mailbox',
    ErrorWin32InteropError: 'Windows reported an error to the Exchange server',
    ErrorParsingXMLResponse: 'The server could not read the answer of another server',
    ErrorInvalidInternetWebProxyOnLocalServer: 'The web proxy of the Exchange server is not set up right',
    ErrorProxySoapException: 'Another server answered the handed-on request with an error',
  }),
  ...family(['transient-server', 'server', 'backoff'], publicFolder, {
    ErrorCannotAccessDeletedPublicFolder: 'The public folder was deleted',
    ErrorNoPublicFolderReplicaAvailable: 'No copy of the public folder is available',
    ErrorNoPublicFolderServerAvailable: 'No server for public folders is available',
    ErrorPublicFolderMailboxDiscoveryFailed: 'The mailbox of the public folder was not found',
    ErrorPublicFolderOperationFailed: 'An operation on a public folder failed',
    ErrorPublicFolderRequestProcessingFailed: 'A request for a public folder failed',
    ErrorPublicFolderServerNotFound: 'The server of the public folder was not found',
    ErrorPublicFolderSyncException: 'A public folder could not be synchronised',
  }),
  // Exchange documents them as internal; servers of other vendors answer searches with them that they do not support.
  ...family(['other', 'server', 'backoff'], unsupportedQuery, {
    ErrorInvalidRestriction: 'The server does not support the condition of a search',
    ErrorUnsupportedSubFilter: 'The server does not support a filter within a filter',
  }),
  ...family(['other', 'server', 'backoff'], internal, {
    ErrorAccessModeSpecified: 'The server reports a way of access that it keeps to itself',
    ErrorCalendarInvalidAttributeValue: 'An attribute of a calendar item has a value that is not allowed',
    ErrorCalendarInvalidPropertyValue: 'A property of a calendar item has a value that is not allowed',
    ErrorCalendarIsGroupMailboxForAccept: 'A group’s calendar cannot accept a meeting',
    ErrorCalendarIsGroupMailboxForDecline: 'A group’s calendar cannot decline a meeting',
    ErrorCalendarIsGroupMailboxForTentative: 'A group’s calendar cannot accept a meeting tentatively',
    ErrorCalendarIsGroupMailboxForSuppressReadReceipt: 'A group’s calendar cannot hold back a read receipt',
    ErrorClientIntentInvalidStateDefinition: 'The server does not understand the state of a client’s intent',
    ErrorClientIntentNotFound: 'The server does not find a client’s intent',
    ErrorDeleteUnifiedMessagingPromptFailed: 'A voice prompt could not be deleted',
    ErrorGetServerSecurityDescriptorFailed: 'The server could not read its own security settings',
    ErrorInvalidExpressionTypeForSubFilter: 'The expression of a filter is of the wrong kind',
    ErrorInvalidInternetHeaderChildNodes: 'A message header holds elements that are not allowed there',
    ErrorInvalidLogonType: 'The kind of sign-in is not valid here',
    ErrorInvalidOofParameter: 'A setting of the automatic replies is not valid',
    ErrorInvalidProxySecurityContext: 'The security context of a handed-on request is not valid',
    ErrorInvalidSubfilterType: 'A filter within a filter is of the wrong kind',
    ErrorInvalidSubfilterTypeNotAttendeeType: 'A filter within a filter is not about attendees',
    ErrorInvalidSubfilterTypeNotRecipientType: 'A filter within a filter is not about recipients',
    ErrorInvalidUserSidMissingUPN: 'A security identifier came without a user principal name',
    ErrorLegacyMailboxFreeBusyViewTypeNotMerged: 'An older mailbox gives free and busy times only in merged form',
    ErrorLocalServerObjectNotFound: 'The server does not find its own entry in the directory',
    ErrorLocationServicesDisabled: 'The location service is switched off',
    ErrorLocationServicesInvalidRequest: 'The location service did not understand the request',
    ErrorLocationServicesRequestFailed: 'The location service failed',
    ErrorLocationServicesRequestTimedOut: 'The location service took too long',
    ErrorMissingInformationSharingFolderId: 'The id of a shared folder is missing',
    ErrorNoSpeechDetected: 'The server heard no speech in a recording',
    ErrorParentFolderIdRequired: 'The id of the parent folder is missing',
    ErrorPromptPublishingOperationFailed: 'A voice prompt could not be published',
    ErrorPropertyValidationFailure: 'A property did not pass the server’s check',
    ErrorProxyTokenExpired: 'The token of a handed-on request has run out',
    ErrorRecognizerNotInstalled: 'Speech recognition is not installed on the server',
    ErrorRequestAborted: 'The server broke off the request',
    ErrorResponseSchemaValidation: 'The server’s own answer did not pass its check',
    ErrorSpeechGrammarError: 'The grammar of a speech recognition is not valid',
    ErrorUnableToGetUserOofSettings: 'The settings of the automatic replies cannot be read',
    ErrorUnifiedMessagingPromptNotFound: 'A voice prompt was not found',
    ErrorUnifiedMessagingReportDataNotFound: 'The data of a voice mail report was not found',
    ErrorUnsupportedPropertyDefinition: 'The server does not support a property that was asked for',
    ErrorVoiceMailNotImplemented: 'The server has no voice mail',
    ErrorWeatherServiceDisabled: 'The weather service is switched off',
    ErrorWebRequestInInvalidState: 'A web request of the server was in the wrong state',
    ErrorWorkingHoursSaveFailed: 'The working hours could not be saved',
    ErrorWorkingHoursXmlMalformed: 'The working hours of the mailbox are damaged',
  }),
};
