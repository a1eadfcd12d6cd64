import { randomUUID } from 'node:crypto';
import type { OutgoingDraft } from '../../drivers/port/mail-item.js';
import { ownMessageName, ownMessageSubject } from '../mailboxes/own-test-id.js';
import { internetMessageId } from '../mail/outgoing/internet-message-id.js';

const explanation =
  'This message was written by Postroom’s connectivity analysis, from this mailbox to itself, and is removed again by it. If you read this, you can delete it.';

/**
 * A message from a mailbox to itself that says what it is to whoever comes across it.
 * @param token a random UUID that names it
 */
export function testMessage(address: string, token: string = randomUUID()): OutgoingDraft {
  const name = ownMessageName('analysis', token);
  return {
    marker: name,
    internetMessageId: internetMessageId(name, address),
    to: [{ name: null, address }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: ownMessageSubject('analysis', token),
    text: explanation,
    html: null,
    attachments: [],
  };
}
