import { row, type CodeRows } from '../../drivers/port/explanations/code-row.js';
import { auditCommands, folderCommands, itemFailureCommands } from './api-commands.js';
import { listingRows } from './listing-rows.js';

/** An error that no mail server caused: the database away, or a bug. */
export const ownError = row(['other', 'mailbox', 'backoff'], ({ mailbox }) => ({
  title: 'Postroom itself met an error',
  meaning: `A run for ${mailbox} was interrupted on our side, not by the mail server.`,
  causes: ['The database or the queue was not available for a moment.', 'A fault in Postroom.'],
  advice:
    'See the log of the worker around this time. If it comes again and again, report it with that part of the log.',
}));

/** What did not come from a mail server. */
export const ownCodes: CodeRows = {
  ...listingRows,
  InternalError: ownError,
  AuditDifference: row(['other', 'mailbox', 'never'], (names) => ({
    title: 'What is stored differs from the mailbox, again and again',
    meaning: `Two audits in a row found that the mail stored of ${names.mailbox} was not what the server holds (${names.value('differences') ?? 'see its audits'}). Each time it was put right: missing messages were stored, and messages that are gone from the folder were marked as gone.`,
    causes: [
      'Another program restores or moves mail behind the server’s back.',
      'The database of Postroom or the mailbox was restored from a backup.',
    ],
    advice:
      'No mail is lost, and none is stopped. Its audits tell when and how much; the incident closes with the first audit that finds nothing.',
    commands: auditCommands(names.context),
  })),
  ItemsUnreadable: row(['other', 'mailbox', 'backoff'], (names) => ({
    title: 'Messages of a mailbox cannot be read',
    meaning: `${names.value('messages') ?? 'Messages'} of ${names.mailbox} cannot be read although the mailbox opens${names.value('code') === null ? '' : ` (${names.value('code')})`}. All other mail of it is received.`,
    causes: [
      'The server reports an error for just these messages, or did so for all of them for a while.',
      'A scanner or a gateway in front of the server blocks what holds them.',
      'The messages are damaged, or protected in a way that the service account cannot open.',
    ],
    advice:
      'They are tried again over days, and at once when others like them can be read. Open one in Outlook to see whether it can be read there; the mailbox’s page and its item failures name each, and try them on request.',
    commands: itemFailureCommands(names.context),
  })),
  FolderUnreadable: row(['other', 'mailbox', 'backoff'], (names) => ({
    title: 'A watched folder cannot be read',
    meaning: `The folder ${names.value('folder') ?? 'that a mailbox is watched in'} of ${names.mailbox} has not been readable for some time (${names.value('error') ?? 'see its folders'}). Its other folders are synced as usual; mail in this one waits.`,
    causes: [
      'The service account may not read this folder, or its rights on it were changed.',
      'The folder is damaged on the server.',
      'The folder holds more than the server lists in time.',
    ],
    advice:
      'Check the rights on the folder and whether Outlook opens it. If it is not wanted, take it out of the folders of the mailbox. Postroom tries it every 15 minutes, and the incident closes when it can be read.',
    commands: folderCommands(names.context),
    selfHealing: false,
  })),
};
