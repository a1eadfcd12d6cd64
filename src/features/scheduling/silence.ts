/** A call counts as unanswered after this time, in ms. */
export const unansweredMs = 5_000;

/**
 * The most runs at a time for a server that leaves calls unanswered. If all of them wait, one more goes to a mailbox
 * that has not failed, so that a few hanging mailboxes do not hide that the server answers others. Mailboxes that
 * failed wait until fewer calls hang.
 */
export const runsOfSilentServer = 3;
