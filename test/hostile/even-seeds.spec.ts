import { itKeepsItsPromises } from './support/carry-out.js';

/**
 * A server that errs in every way that a seed draws: at items, attachments, folders and mailboxes, in sending and in
 * transport, several at once. Whatever it does, what can be read is stored, what cannot is to be seen, nothing is
 * doubled, others keep their pace, calls stay within a bound, and all is well when the server is.
 */
describe('a hostile server', () => itKeepsItsPromises(0));
