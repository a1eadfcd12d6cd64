import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { FolderRef } from '../../../drivers/port/mail-server.js';
import { attributeByChecks, type AttributionScope } from '../../failures/attribution.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import type { FolderTrouble } from './folder-progress.js';

/**
 * An error of one folder: the folder does not open, another one of the mailbox does. To those who know only
 * mail server errors it is the error that the server gave.
 */
export class FolderUnreadable extends MailServerError {
  constructor(
    /** Its key in `mailbox_folders`. */
    readonly folder: string,
    readonly error: MailServerError,
  ) {
    super(error.details, { cause: error });
  }
}

/** A folder by its key in `mailbox_folders`: a well-known name, or the server's own id. */
export const folderRefOf = (folder: string): FolderRef =>
  folder === 'inbox' || folder === 'sentitems' ? { distinguished: folder } : { id: folder };

type Run = Pick<MailboxRun, 'session' | 'signal'>;

/**
 * Says what an error that a call about this folder met counts against, by opening the folder, and another one
 * if it does not open.
 */
export function attributeInFolder(
  run: Run,
  folder: string,
  narrowest: 'item' | 'folder',
): Promise<Extract<AttributionScope, 'item' | 'folder' | 'mailbox'>>;
export function attributeInFolder(run: Run, folder: string, narrowest: AttributionScope): Promise<AttributionScope> {
  const other: FolderRef = { distinguished: folder === 'inbox' ? 'msgfolderroot' : 'inbox' };
  return attributeByChecks(narrowest, 'mailbox', (scope) =>
    opens(run, scope === 'mailbox' ? other : folderRefOf(folder)),
  );
}

/** The error to fail with: the folder's own where another folder opens, else the one given, which is the mailbox's. */
export async function folderOrMailboxError(
  run: Run,
  folder: string,
  error: MailServerError,
  metBefore: ReadonlySet<string> = none,
): Promise<MailServerError> {
  if (!mayBeNarrow(error, metBefore)) return error;
  return (await attributeInFolder(run, folder, 'folder')) === 'folder' ? new FolderUnreadable(folder, error) : error;
}

const none: ReadonlySet<string> = new Set();

/**
 * Codes that the previous attempts of a mailbox, or of one of its folders, failed with. A requested back-off time has
 * passed since then.
 */
export function codesMetBefore(
  { mailbox }: Pick<MailboxRun, 'mailbox'>,
  trouble: FolderTrouble | null = null,
): ReadonlySet<string> {
  const codes = [mailbox.lastError?.code, mailbox.failure?.code, trouble?.failure.code];
  return new Set(codes.filter((code) => code !== undefined));
}

/**
 * Whether an error of a whole call can be the fault of what the call was about. Wrong credentials are not, and
 * each further try counts towards a lock-out; nor is a request that never left, or a server that asks for quiet.
 * But a scanner may answer one item with any status, so what is met once more after a pause can be that.
 */
export function mayBeNarrow({ code, details }: MailServerError, metBefore: ReadonlySet<string> = none): boolean {
  if ((details.kind === 'credentials-refused' || (details.backOffMs ?? 0) > 0) && !metBefore.has(code)) return false;
  return details.kind !== 'not-connected';
}

async function opens({ session, signal }: Run, folder: FolderRef): Promise<boolean> {
  try {
    await session.openFolder(folder, { signal });
    return true;
  } catch (error) {
    if (!(error instanceof MailServerError)) throw error;
    return false;
  }
}
