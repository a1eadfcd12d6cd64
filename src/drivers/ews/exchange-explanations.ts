import type { ServerExplanations } from '../port/explanations/server-explanations.js';
import { kindOfCode } from './codes/code-kinds.js';
import { isKnownCode, rowOfStored } from './codes/code-table.js';
import { sendingWords } from './codes/sending-words.js';
import { callCommands } from './remedies/network-commands.js';
import { setupGuide } from './remedies/setup-guide.js';

/** Exchange and its error codes in words, with the commands of its shells. */
export const exchangeExplanations: ServerExplanations = {
  rowOf: rowOfStored,
  kindOf: kindOfCode,
  isKnown: isKnownCode,
  sendingWords,
  callCommands,
  setupGuide,
};
