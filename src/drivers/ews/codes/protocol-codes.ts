import { callCommands } from '../remedies/network-commands.js';
import type { Names } from '../remedies/names.js';
import { row, type CodeRow, type CodeRows, type Words } from './code-row.js';

const unexpected: CodeRow = row(['protocol', 'server', 'backoff'], (names) =>
  names.value('isEws') === null ? notEws(names) : incomplete(names),
);

const notEws = (names: Names): Words => ({
  title: 'The answer is not one of EWS',
  meaning: `Something at ${names.server} answers, but not with EWS: with a web page, nothing, or another service’s words.`,
  causes: [
    'ewsUrl of the profile leads to a login page or to another service.',
    'A proxy or a captive portal answers in the server’s place.',
    'The server is being updated.',
  ],
  advice:
    'Check ewsUrl of the profile; it usually ends in /EWS/Exchange.asmx. Then check what stands between Postroom and the server.',
  commands: callCommands(names),
  selfHealing: false,
});

/** It is EWS that answered, perhaps even with success: nothing is wrong with the address. */
const incomplete = (names: Names): Words => ({
  title: 'The server’s answer lacks something',
  meaning: `${names.Server} answered a request of EWS, but the answer lacks a part that Postroom needs, or is about something else.`,
  causes: [
    'The server is not Exchange, and leaves out what Exchange answers with.',
    'A proxy before the server mixes up or changes answers.',
    'The server has a fault with one certain item.',
  ],
  advice:
    'Nothing at first. If it lasts, report it with the technical details, which say what is missing and which server it is.',
  selfHealing: false,
});

/** Answers that came with a good status and are not what EWS promises. */
export const protocolCodes: CodeRows = {
  UnexpectedAnswer: unexpected,
  InvalidXml: row(['protocol', 'server', 'backoff'], (names) => ({
    title: 'The answer cannot be read',
    meaning: `The answer of ${names.server} breaks off or is not valid XML.`,
    causes: [
      'The connection was cut in mid-answer, by a proxy for example.',
      'A proxy or scanner changes answers.',
      'The server has a fault with one certain item.',
    ],
    advice:
      'Nothing at first. If it lasts, let EWS pass the proxy or scanner unchanged; else report it with the technical details.',
    commands: callCommands(names),
  })),
  AnswerTooLarge: row(['quota-size', 'item', 'never'], ({ mailbox }) => ({
    title: 'An item is larger than Postroom reads',
    meaning: `The server’s answer for an item of ${mailbox} is over the limit that keeps one message from using up the memory.`,
    causes: ['A message with very large attachments.', 'A message with a very great number of recipients or headers.'],
    advice:
      'Nothing, if the message can be done without. Its owner can save the attachments elsewhere and remove them from the message in Outlook.',
  })),
};

/** Whatever else is not as the protocol says. */
export const protocolRow = unexpected;
