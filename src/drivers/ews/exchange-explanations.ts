import type { ServerExplanations } from '../port/explanations/server-explanations.js';
import { isKnownCode, rowOf, rowOfStored } from './codes/code-table.js';
import { callCommands } from './remedies/network-commands.js';
import { setupGuide } from './remedies/setup-guide.js';

/** Exchange and its error codes in words, with the commands of its shells. */
export const exchangeExplanations: ServerExplanations = {
  rowOf,
  rowOfStored,
  isKnown: isKnownCode,
  callCommands,
  setupGuide,
};
