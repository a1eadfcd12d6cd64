import { api, unwrap } from '../../api/client.js';
import { inChunks } from './in-chunks.js';
import { testBody, type TestWish } from './test-wish.js';

/** Ids that one batch of tests takes, see `POST /v1/mailbox-test-batches`. */
const batchSize = 10_000;

/** Starts tests of many mailboxes. @returns ids of the batches: one, unless there are more than 10,000 mailboxes */
export async function testMany(mailboxIds: readonly string[], wish: TestWish): Promise<string[]> {
  const batches: string[] = [];
  await inChunks({
    items: mailboxIds,
    size: batchSize,
    signal: new AbortController().signal,
    report: () => undefined,
    act: async (chunk) => {
      const body = { ...testBody(wish), mailboxIds: [...chunk] };
      batches.push(unwrap(await api.POST('/v1/mailbox-test-batches', { body })).id);
    },
  });
  return batches;
}
