import {
  attributeInFolder,
  FolderUnreadable,
  folderOrMailboxError,
  mayBeNarrow,
} from '../../src/features/mail/incoming/folder-attribution.js';
import type { MailErrorDetails } from '../../src/drivers/port/mail-error.js';
import type { FolderRef, MailboxSession } from '../../src/drivers/port/mail-server.js';
import { mailError } from '../support/mail-errors.js';

/** A mailbox of which only these folders open. */
function mailboxWith(...readable: string[]) {
  const asked: string[] = [];
  const openFolder: MailboxSession['openFolder'] = (folder: FolderRef) => {
    const name = 'id' in folder ? folder.id : folder.distinguished;
    asked.push(name);
    return readable.includes(name)
      ? Promise.resolve({ id: name, displayName: name, totalCount: 0 })
      : Promise.reject(mailError('ErrorAccessDenied'));
  };
  return { run: { session: { openFolder } as MailboxSession, signal: new AbortController().signal }, asked };
}

describe('an error that items of a folder met', () => {
  it.each([
    ['inbox', ['inbox', 'msgfolderroot'], 'item', ['inbox']],
    ['inbox', ['msgfolderroot'], 'folder', ['inbox', 'msgfolderroot']],
    ['inbox', [], 'mailbox', ['inbox', 'msgfolderroot']],
    ['AAMk1', ['AAMk1', 'inbox'], 'item', ['AAMk1']],
    ['AAMk1', ['inbox'], 'folder', ['AAMk1', 'inbox']],
    ['sentitems', [], 'mailbox', ['sentitems', 'inbox']],
  ])('in %s, where %j open, is that of the %s', async (folder, readable, expected, checks) => {
    const { run, asked } = mailboxWith(...readable);
    expect(await attributeInFolder(run, folder, 'item')).toBe(expected);
    expect(asked).toEqual(checks);
  });

  it('names the folder where another one opens, and is passed on as it is where none does', async () => {
    const error = mailError('ErrorAccessDenied');
    const found = await folderOrMailboxError(mailboxWith('inbox').run, 'AAMk1', error);
    expect(found).toBeInstanceOf(FolderUnreadable);
    expect(found).toMatchObject({ folder: 'AAMk1', code: 'ErrorAccessDenied', error });
    expect(await folderOrMailboxError(mailboxWith().run, 'AAMk1', error)).toBe(error);
  });
});

describe('whether an error may be that of one thing in a call', () => {
  it.each<[string, Partial<MailErrorDetails>, boolean]>([
    ['ErrorAccessDenied', {}, true],
    ['ErrorNobodyHasHeardOf', {}, true],
    ['ErrorServerBusy', {}, true],
    ['ErrorServerBusy', { backOffMs: 5_000 }, false],
    ['Http401', { origin: 'http' }, false],
    ['Http403', { origin: 'http' }, true],
    ['Http502', { origin: 'http' }, true],
    ['Http503', { origin: 'http' }, true],
    ['Http503', { origin: 'http', backOffMs: 30_000 }, false],
    ['ECONNRESET', { origin: 'transport' }, true],
    ['TimedOut', { origin: 'transport' }, true],
    ['ECONNREFUSED', { origin: 'transport' }, false],
    ['ENOTFOUND', { origin: 'transport' }, false],
    ['CERT_HAS_EXPIRED', { origin: 'transport' }, false],
    ['InvalidXml', { origin: 'protocol' }, true],
    ['AnswerTooLarge', { origin: 'protocol' }, true],
  ])('%s %j: %s', (code, more, expected) => {
    expect(mayBeNarrow(mailError(code, more))).toBe(expected);
  });
});
