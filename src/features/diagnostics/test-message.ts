import { v7 as uuid } from 'uuid';
import type { OutgoingDraft } from '../../mail/mail-item.js';
import { internetMessageId } from '../outgoing/internet-message-id.js';

const explanation =
  'This message was written by Postroom’s connectivity analysis, from this mailbox to itself, and is removed again by it. If you read this, you can delete it.';

/** A message from a mailbox to itself that says what it is to whoever comes across it. */
export function testMessage(address: string): OutgoingDraft {
  const id = uuid();
  return {
    marker: `diagnostics-${id}`,
    internetMessageId: internetMessageId(id, address),
    to: [{ name: null, address }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: `Postroom connectivity test ${id.slice(-12)}`,
    text: explanation,
    html: null,
    attachments: [],
  };
}
