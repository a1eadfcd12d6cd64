import type { Schema } from '../../api/schemas.js';

type BulkResult = Schema<'MailboxBulkResult'>;

export interface Named {
  readonly id: string;
  readonly emailAddress: string;
}

/** Mailboxes that were refused for one reason. */
export interface Refusal {
  readonly code: string;
  readonly title: string;
  readonly remediation: string;
  readonly mailboxes: readonly Named[];
}

/** What has come of a deed to many. */
export interface BulkOutcome {
  readonly done: number;
  /** It was so already. */
  readonly unchanged: number;
  /** Those that most share first. */
  readonly refusals: readonly Refusal[];
}

export const nothingYet: BulkOutcome = { done: 0, unchanged: 0, refusals: [] };

const gone = {
  code: 'not-found',
  title: 'It is not there any more',
  remediation: 'Somebody deleted it, or it is no longer among your profiles.',
};

/** The outcome with what came of one chunk more. */
export function withChunk(before: BulkOutcome, chunk: readonly Named[], { results }: BulkResult): BulkOutcome {
  const names = new Map(chunk.map((mailbox) => [mailbox.id, mailbox]));
  const refusals = new Map(before.refusals.map((refusal) => [refusal.code, refusal]));
  for (const { id, result, problem } of results) {
    if (result === 'done' || result === 'unchanged') continue;
    const reason = problem ?? gone;
    const known = refusals.get(reason.code) ?? { ...reason, mailboxes: [] };
    const named = names.get(id) ?? { id, emailAddress: id };
    refusals.set(reason.code, { ...known, mailboxes: [...known.mailboxes, named] });
  }
  const count = (wanted: string) => results.filter(({ result }) => result === wanted).length;
  return {
    done: before.done + count('done'),
    unchanged: before.unchanged + count('unchanged'),
    refusals: [...refusals.values()].sort((a, b) => b.mailboxes.length - a.mailboxes.length),
  };
}
