import type { ItemProperties } from '../../../drivers/port/mail-item.js';
import type { MailboxFilterKind } from '../../mailboxes/mailbox-filter.js';
import { threadKeys, tokenKey, type ThreadKey } from '../threads/thread-keys.js';
import { tokensIn } from '../threads/tracking-token.js';
import { entriesFor } from '../address-book/address-entry.js';
import { messageIds } from './message-content.js';

/** What a filter wants to know of a message. */
export interface FilterQuestions {
  /** Messages of ours that it may be an answer to: their ids and tokens. */
  readonly answers: readonly ThreadKey[];
  /** Entries of the address book that would let its sender in. */
  readonly senders: readonly string[];
  readonly isReport: boolean;
}

/** @param tokenPrefix null when the profile marks no subjects */
export function filterQuestions(properties: ItemProperties, tokenPrefix: string | null): FilterQuestions {
  const header = (name: string) =>
    properties.headers.find((candidate) => candidate.name.toLowerCase() === name)?.value ?? null;
  const { inReplyTo, references } = threadKeys({
    internetMessageId: null,
    inReplyTo: properties.inReplyTo ?? header('in-reply-to'),
    references: messageIds(properties.references ?? header('references')),
    conversationId: null,
    people: [properties.from?.address ?? null, properties.sender?.address ?? null],
  });
  const tokens = tokenPrefix === null ? [] : tokensIn(properties.subject, tokenPrefix).map(tokenKey);
  return {
    answers: [...inReplyTo, ...references, ...tokens],
    senders: entriesFor(properties.from?.address ?? properties.sender?.address ?? null),
    isReport: /^report\./i.test(properties.itemClass ?? ''),
  };
}

/** What is known of the answers to these questions. */
export interface FilterFacts {
  readonly ours: ReadonlySet<ThreadKey>;
  readonly known: ReadonlySet<string>;
}

/**
 * Whether a filter lets a message in; pure, so that every case can be tested by table. Word that mail did
 * not arrive comes from a postmaster, whom nobody has in the book, and often names the mail only in its
 * content: without the report nobody would learn that the mail was lost.
 */
export function letsIn(filter: MailboxFilterKind, questions: FilterQuestions, { ours, known }: FilterFacts): boolean {
  const isAnswer = questions.answers.some((key) => ours.has(key));
  switch (filter) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'replies':
      return isAnswer || questions.isReport;
    case 'known':
      return questions.senders.some((entry) => known.has(entry)) || questions.isReport;
  }
}
