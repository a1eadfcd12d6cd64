import { row, type CodeRow } from './code-row.js';

/** A response code that the table does not know: newer servers invent some, and those of other vendors. */
export const unknownResponse: CodeRow = row(['other', 'server', 'backoff'], ({ Server }) => ({
  title: 'The server reports an error that Postroom does not know',
  meaning: `${Server} answered with an error code that this version of Postroom does not know. Whether it passes, only another try tells.`,
  causes: ['The server was updated.', 'The server is not Exchange, and has codes of its own.'],
  advice: 'See the server’s own words in the technical details. If it lasts, update Postroom, or report the code.',
  selfHealing: false,
}));

/** Fault codes of SOAP 1.1 and 1.2, which say only whose fault it is, and ours for an error without a code. */
const withoutCode = new Set(['Server', 'Receiver', 'Client', 'Sender', 'UnknownFault', 'UnknownError']);

/** An error that has no code of EWS; the server's own text is all there is. */
export const isWithoutCode = (code: string): boolean => withoutCode.has(code);

export const codelessResponse: CodeRow = row(['other', 'server', 'backoff'], ({ Server, value }) => {
  const said = value('serverText');
  return {
    title: 'The server reports an error without a code',
    meaning:
      said === null
        ? `${Server} answered with an error, and gave neither a code nor a reason.`
        : `${Server} answered with an error and gave no code, but the words “${said}” as its reason.`,
    causes: ['The server is not Exchange, and has reasons of its own.', 'The request met a fault of the server.'],
    advice: 'Go by the server’s own words. If they say nothing to you, report them with the technical details.',
    selfHealing: false,
  };
});
