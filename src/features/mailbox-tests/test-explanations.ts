import type { StoredFailure } from '../failures/failure.js';
import { explain, type Explanation, type ExplanationContext } from '../failures/explanations.js';

/** Ours: the server took the message, and then it was nowhere to be found. */
export const notArrived = 'TestMessageNotArrived';

/** Plain words for why a test failed; what only a test can meet has words of its own. */
export function explainTest(
  failure: StoredFailure,
  context: ExplanationContext,
  internetMessageId: string,
): Explanation {
  if (failure.code !== notArrived) return explain(failure, context);
  return {
    title: 'The test message was sent, but did not arrive',
    cause: `${context.mailbox} could hand a message to itself over to the server, but the inbox did not show it: mail flow is slow or stands still, or a rule moves mail out of the inbox.`,
    remedy:
      `See where it is: Get-MessageTrackingLog -MessageId '${internetMessageId}' | Format-List Timestamp, EventId, Source\n` +
      'See whether the transport service runs and its queues move (Get-Queue), and whether the mailbox has a rule that moves or deletes mail (Get-InboxRule). Postroom removes the message should it arrive later.',
  };
}
