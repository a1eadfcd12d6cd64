import { useState } from 'react';
import { api, unwrap } from '../../api/client.js';
import { bulkWords, type ListAction } from './bulk-actions.js';
import { nothingYet, withChunk, type BulkOutcome, type Named } from './bulk-outcome.js';
import { inChunks } from './in-chunks.js';
import { useLongWork } from './use-long-work.js';
import { useReread } from './use-reread.js';

/** Mailboxes that one request takes, see `POST /v1/mailboxes/bulk`. */
const bulkSize = 200;
/** An approval is one statement, which takes more; smaller ones show how far it is. */
const approvalSize = 1_000;

/** What came of a deed, or how far it came. */
export interface BulkReport {
  readonly action: ListAction;
  readonly wanted: number;
  /** How many were tried before it ended or was stopped. */
  readonly tried: number;
  readonly outcome: BulkOutcome;
  /** Why it did not go on; null: it did, or was stopped. */
  readonly error: unknown;
}

/** Does one thing to many mailboxes, chunk by chunk, and keeps count. */
export function useBulk() {
  const work = useLongWork();
  const reread = useReread();
  const [report, setReport] = useState<BulkReport | null>(null);

  const run = async (action: ListAction, mailboxes: readonly Named[]): Promise<BulkReport> => {
    let outcome = nothingYet;
    let tried = 0;
    let error: unknown = null;
    await work.run(bulkWords[action].doing, mailboxes.length, async (tell, signal) => {
      try {
        await inChunks({
          items: mailboxes,
          size: action === 'approve' ? approvalSize : bulkSize,
          signal,
          report: (done) => {
            tried = done;
            tell(done);
          },
          act: async (chunk) => {
            outcome = await carriedOut(action, chunk, outcome);
          },
        });
      } catch (thrown) {
        error = thrown;
      }
    });
    const ended = { action, wanted: mailboxes.length, tried, outcome, error };
    setReport(ended);
    await reread();
    return ended;
  };
  return { ...work, run, report, forget: () => setReport(null) };
}

async function carriedOut(action: ListAction, chunk: readonly Named[], before: BulkOutcome): Promise<BulkOutcome> {
  const mailboxIds = chunk.map(({ id }) => id);
  if (action !== 'approve')
    return withChunk(before, chunk, unwrap(await api.POST('/v1/mailboxes/bulk', { body: { action, mailboxIds } })));
  const { approved } = unwrap(await api.POST('/v1/mailboxes/approve', { body: { mailboxIds } }));
  return {
    ...before,
    done: before.done + approved,
    unchanged: before.unchanged + chunk.length - approved,
  };
}
