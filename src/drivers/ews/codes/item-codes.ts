import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type FailureClass, type Words } from './code-row.js';

const item: FailureClass = ['item-permanent', 'item', 'never'];

const damaged = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `One item of ${mailbox} is damaged on the server or holds what the server cannot read. All others go on.`,
  causes: ['A program saved the item in a faulty way.', 'A fault of the database or a migration damaged it.'],
  advice:
    'Open the item in Outlook. If it fails there too, delete it, or repair the mailbox with New-MailboxRepairRequest.',
});

const conversion = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `The server cannot turn one message of ${mailbox} into the form of internet mail, or cannot read it in that form. Postroom then reads it by its properties.`,
  causes: ['The message has a faulty structure, character set or attachment.'],
  advice: 'If the message is missing here, open it in Outlook. A message to send can be tried in a simpler form.',
});

const attachment = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `An attachment of one message of ${mailbox} cannot be read; the message itself can.`,
  causes: [
    'The attachment is damaged, or messages lie nested in one another too deep.',
    'It was removed while the message was read.',
  ],
  advice: 'Open the message in Outlook and save the attachment there, if it is needed.',
});

const refusedMove = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `The server does not let the item or folder in ${mailbox} be moved or deleted. It stays where it is.`,
  causes: ['A hold, a retention policy or the permissions of the folder protect it.'],
  advice: 'Nothing, if it may stay. Else remove it in Outlook, or look for a hold on the mailbox.',
});

const folderGone = (names: Names): Omit<Words, 'title'> => ({
  meaning: `A folder that Postroom needs in ${names.mailbox} is not there, or cannot be seen with its rights.`,
  causes: [
    'The owner deleted or renamed the folder.',
    'The rights on the folder were taken away.',
    'The mailbox was moved or restored.',
  ],
  advice: 'Correct the folders of the mailbox here, or have the folder made again.',
});

const recipients = (names: Names): Omit<Words, 'title'> => ({
  meaning: `The server refuses one message from ${names.mailbox} because of its recipients. Others are not affected.`,
  causes: [
    'An address is mistyped or does not exist any more.',
    'The address belongs to a group that takes no mail from this sender.',
  ],
  advice: 'Correct the recipients and send the message anew.',
});

const tooMany = ({ mailbox, kind }: Names): Omit<Words, 'title'> => ({
  meaning: `The message from ${mailbox} has more recipients than the server allows for one message.`,
  advice: 'Send to fewer recipients at once or through a distribution group, or have the limit raised.',
  commands: [
    {
      purpose: 'See the limit of the organisation.',
      shell: kind === 'exchange-online' ? 'exchange-online-powershell' : 'exchange-management-shell',
      command: 'Get-TransportConfig | Format-List MaxRecipientEnvelopeLimit',
    },
  ],
});

const notSaved = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `The server does not save one item in ${mailbox} as it is. Others are not affected.`,
  causes: ['A value in it is not allowed, or is too long.', 'A policy of the organisation forbids it.'],
  advice: 'See the server’s own words, change the message accordingly and send it anew.',
});

const virus = (names: Names): Omit<Words, 'title'> => ({
  meaning: `The virus scanner of the server stepped in at one item of ${names.mailbox}. Everything else goes on.`,
  causes: ['The item or an attachment holds malware.', 'The scanner mistakes it for malware.'],
  advice: 'Do not open it. If it is harmless for sure, have the Exchange administrator release it in the scanner.',
});

const reference = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `What a reply, a forward or a receipt in ${mailbox} refers to is not valid any more.`,
  causes: ['The original was deleted or moved meanwhile.'],
  advice: 'Nothing for incoming mail. A reply can be sent again without the reference to the original.',
});

/** One message, folder or recipient list; the rest of the mailbox goes on. */
export const itemCodes: CodeRows = {
  ErrorItemNotFound: row(item, ({ mailbox }) => ({
    title: 'The item is not there any more',
    meaning: `Between the list and the reading an item of ${mailbox} was moved or deleted. Moved ones are found under their new id.`,
    causes: ['The owner or a rule moved or deleted it.'],
    advice: 'Nothing: the next look finds where it is now.',
    selfHealing: true,
  })),
  ...family(item, damaged, {
    ErrorCorruptData: 'The item is damaged',
    ErrorFolderCorrupt: 'The folder is damaged',
    ErrorFolderPropertRequestFailed: 'Properties of the folder cannot be read',
    ErrorFolderPropertyRequestFailed: 'The server could not read what the folder says of itself',
    ErrorInvalidPropertyRequest: 'A property that the item does not have was asked for',
    ErrorItemCorrupt: 'The item is damaged and cannot be read',
    ErrorItemPropertyRequestFailed: 'Properties of the item cannot be read',
    ErrorPropertyUpdate: 'A property of the item cannot be changed',
  }),
  ...family(item, conversion, {
    ErrorContentConversionFailed: 'The message cannot be converted',
    ErrorMimeContentConversionFailed: 'The message cannot be converted from or to MIME',
    ErrorMimeContentInvalid: 'The MIME of the message is not valid',
    ErrorMimeContentInvalidBase64String: 'The MIME of the message is not valid base64',
    ErrorUnsupportedMimeConversion: 'The server converts no MIME for this kind of item',
    ErrorUnsupportedTypeForConversion: 'The server converts no items of this kind',
  }),
  ...family(item, attachment, {
    ErrorAttachmentNestLevelLimitExceeded: 'Attachments are nested too deep',
    ErrorCannotOpenFileAttachment: 'An attachment cannot be opened',
    ErrorInvalidAttachmentId: 'The id of an attachment is not valid',
    ErrorInvalidIdNotAnItemAttachmentId: 'The id is not that of an attached item',
    ErrorInvalidIdTooManyAttachmentLevels: 'The id leads through too many levels of attachments',
  }),
  ...family(item, refusedMove, {
    ErrorCannotDeleteObject: 'The item cannot be deleted',
    ErrorCannotEmptyFolder: 'The folder cannot be emptied',
    ErrorCrossMailboxMoveCopy: 'Items cannot be moved or copied to another mailbox',
    ErrorDeleteItemsFailed: 'Some items could not be deleted',
    ErrorMoveCopyFailed: 'The item could not be moved or copied',
  }),
  ErrorApplyConversationActionFailed: row(item, (names) => ({
    title: 'An action on a conversation failed for some of its items',
    ...refusedMove(names),
  })),
  ...family(['item-permanent', 'mailbox', 'never'], folderGone, {
    ErrorFolderNotFound: 'The folder is not there',
    ErrorParentFolderNotFound: 'The parent folder is not there',
    ErrorSavedItemFolderNotFound: 'The folder that the message was to be saved in is not there',
    ErrorToFolderNotFound: 'The folder that the item was to go to is not there',
  }),
  ...family(item, recipients, {
    ErrorMailRecipientNotFound: 'The server knows no such recipient',
    ErrorRecipientNotFound: 'A recipient was not found',
    ErrorInvalidRecipients: 'The recipients of the message are not valid',
    ErrorMissingRecipients: 'The message has no recipients',
  }),
  ...family(item, tooMany, {
    ErrorExceededMaxRecipientLimit: 'The message has more recipients than the server allows',
    ErrorExceededMaxRecipientLimitBlock: 'The message has so many recipients that the server blocks it',
    ErrorExceededMaxRecipientLimitShowTierUpgrade: 'The message has more recipients than the plan allows',
  }),
  ...family(item, reference, {
    ErrorInvalidReferenceItem: 'The original of a reply or forward cannot be used',
    ErrorMissingInformationReferenceItemId: 'A reply or forward does not name its original',
    ErrorReadReceiptNotPending: 'No read receipt is waiting for this message',
  }),
  ...family(item, notSaved, {
    ErrorInvalidPropertyUpdateSentMessage: 'A message that was sent cannot be changed in this way',
    ErrorItemSave: 'The item could not be saved',
    ErrorItemSavePropertyError: 'The item could not be saved because of one of its properties',
    ErrorMessageBlocked: 'The server blocks the message',
  }),
  ...family(item, virus, {
    ErrorVirusDetected: 'The virus scanner found something in the item',
    ErrorVirusMessageDeleted: 'The virus scanner has deleted the message',
  }),
};
