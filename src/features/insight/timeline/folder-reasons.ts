import { wordsOf } from './mailbox-reasons.js';
import { noFailure, type FolderFacts, type Reason, type StandingFacts } from './standing.js';

/** Folders that a title names; of more it gives the number. */
const named = 3;

/** What keeps watched folders from being synced as they should be, while the mailbox works: one reason a kind. */
export function folderReasons(facts: StandingFacts): Reason[] {
  if (facts.state === 'paused' || !facts.incoming) return [];
  const of = (kind: FolderFacts['kind']) => facts.folders.filter((folder) => folder.kind === kind);
  return [unreadable(facts, of('unreadable')), missing(of('missing')), fallback(facts, of('fallback'))].filter(
    (reason) => reason !== null,
  );
}

function unreadable(facts: StandingFacts, folders: readonly FolderFacts[]): Reason | null {
  const [first] = folders;
  if (!first) return null;
  const words = first.failure && wordsOf(first.failure, facts);
  return {
    code: 'folder-unreadable',
    title: `${namesOf(folders)} cannot be read${words ? `: ${words.title}` : ''}`,
    since: first.since,
    until: first.until,
    ends: 'The next try of the folder, which comes by itself; the waits grow up to 15 minutes. The other folders are synced as usual.',
    isTrouble: true,
    failureCode: first.failure?.code ?? null,
    cause: words?.cause ?? null,
    remedy: words?.remedy ?? null,
    incidentId: null,
  };
}

function missing(folders: readonly FolderFacts[]): Reason | null {
  const [first] = folders;
  if (!first) return null;
  return {
    code: 'folder-missing',
    title: `${namesOf(folders)} ${folders.length === 1 ? 'is' : 'are'} not on the server`,
    since: first.since,
    until: null,
    ends: 'A folder of that path is made in the mailbox, which is noticed within 15 minutes; or the path is taken out of the mailbox’s `folders`.',
    isTrouble: true,
    ...noFailure,
  };
}

function fallback(facts: StandingFacts, folders: readonly FolderFacts[]): Reason | null {
  const [first] = folders;
  if (!first) return null;
  const words = first.failure && wordsOf(first.failure, facts);
  return {
    code: 'folder-fallback',
    title: `${namesOf(folders)} ${folders.length === 1 ? 'is' : 'are'} followed by date alone${words ? `: ${words.title}` : ''}`,
    since: first.since,
    until: first.until,
    ends: 'The usual way is tried again then. New mail is received meanwhile; read flags, moves and deletions show in the daily audit.',
    isTrouble: true,
    failureCode: first.failure?.code ?? null,
    cause: words?.cause ?? null,
    remedy: words?.remedy ?? null,
    incidentId: null,
  };
}

function namesOf(folders: readonly FolderFacts[]): string {
  if (folders.length > named) return `${folders.length} watched folders`;
  return `${folders.length === 1 ? 'The folder' : 'The folders'} ${folders.map(({ path }) => path).join(', ')}`;
}
