import { auditCommands } from '../remedies/api-commands.js';
import { row, type CodeRow, type CodeRows } from './code-row.js';

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
    commands: auditCommands(names),
  })),
};

/** A response code that the table does not know yet: newer servers invent some. It passes, until shown otherwise. */
export const unknownResponse: CodeRow = row(['other', 'server', 'backoff'], ({ Server }) => ({
  title: 'The server reports an error that Postroom does not know',
  meaning: `${Server} answered with an error code that is newer than this version of Postroom. It is treated as one that passes.`,
  causes: ['The server was updated.'],
  advice: 'See the server’s own words in the technical details. If it lasts, update Postroom, or report the code.',
}));
