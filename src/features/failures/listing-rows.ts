import { row, type CodeRow, type CodeRows } from '../../drivers/port/explanations/code-row.js';
import { serverExplanations } from './driver-explanations.js';

/** A server that answers every call and does not get on: another way of listing is taken, and mail goes on coming in. */
const noProgress = (
  title: string,
  meaning: (mailbox: string, server: string) => string,
  goesOn: string,
  cause: string,
): CodeRow =>
  row(['protocol', 'mailbox', 'backoff'], (names) => ({
    title,
    meaning: `${meaning(names.mailbox, names.server)} ${goesOn}`,
    causes: [cause, 'The mailbox was moved or restored, and its server has not caught up.'],
    advice:
      'Nothing at first: Postroom tries the usual way again after an hour, and then at longer intervals, up to a day. If it lasts, look for an update of the server, or report it with the technical details.',
    commands: serverExplanations.callCommands(names),
  }));

const foundByDate =
  'Postroom finds new mail by its date instead. Until the usual way works again, read flags, moves and deletions are noticed by the daily audit only.';

/** What the listing of a folder gives up over, see listingCodes. */
export const listingRows = {
  ListingStuck: noProgress(
    'The server lists the same items again and again',
    (mailbox, server) =>
      `Listing a folder of ${mailbox} by date does not come to an end: ${server} repeats what it has listed and says that there is more.`,
    'Postroom reads the whole folder instead, and misses nothing.',
    'The server ignores from which row on it was asked.',
  ),
  SyncStateStuck: noProgress(
    'The server tells the same changes again and again',
    (mailbox, server) =>
      `Following a folder of ${mailbox} does not come to an end: ${server} repeats the changes that it has told, or tells none and says that there are more.`,
    foundByDate,
    'The server does not move its sync state on, or never says that a page is the last.',
  ),
  SyncStateRefused: noProgress(
    'The server refuses the sync states that it gives',
    (mailbox, server) =>
      `A folder of ${mailbox} cannot be followed: ${server} refuses a sync state that it has just given.`,
    foundByDate,
    'Several servers answer at one address and do not share what they know.',
  ),
} satisfies CodeRows;
