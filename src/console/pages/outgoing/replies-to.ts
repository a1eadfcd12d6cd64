import type { Schema } from '../../api/schemas.js';

type Summary = Schema<'MessageSummary'>;
type Sent = Pick<Schema<'OutgoingMessage'>, 'internetMessageId' | 'deliveryReports'>;

/** Those of the messages that answer the one that was sent, oldest first; reports about it are no answers. */
export function repliesTo(sent: Sent, messages: readonly Summary[]): readonly Summary[] {
  const reports = new Set(sent.deliveryReports.map(({ messageId }) => messageId));
  const own = sent.internetMessageId;
  return messages
    .filter(
      ({ id, inReplyTo, references, internetMessageId }) =>
        !reports.has(id) && internetMessageId !== own && (inReplyTo === own || references.includes(own)),
    )
    .sort((one, other) => Date.parse(one.receivedAt) - Date.parse(other.receivedAt));
}
