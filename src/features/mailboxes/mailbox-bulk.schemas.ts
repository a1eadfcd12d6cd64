import { z } from 'zod';
import { idParam } from '../../platform/http/validation.js';
import { bulkActions } from './mailbox-bulk-action.js';

/** Mailboxes that one request names: each is changed by itself, in one transaction, whose locks must not last. */
export const maxBulk = 200;

export const bulkRequest = z
  .strictObject({
    action: z.enum(bulkActions),
    mailboxIds: z.array(idParam).min(1).max(maxBulk),
  })
  .meta({ id: 'MailboxBulkRequest' });

export const bulkResult = z
  .object({
    done: z.int(),
    failed: z.int().describe('Those that were not found or refused'),
    results: z
      .array(
        z.object({
          id: z.uuid(),
          result: z
            .enum(['done', 'unchanged', 'not-found', 'refused'])
            .describe('unchanged: it was so already; refused: `problem` says why'),
          problem: z.object({ code: z.string(), title: z.string(), remediation: z.string() }).optional(),
        }),
      )
      .describe('One for each id, in the order of the request'),
  })
  .meta({ id: 'MailboxBulkResult' });
export type BulkResult = z.output<typeof bulkResult>;
export type BulkRow = BulkResult['results'][number];
