import type { OutgoingDraft } from '../../drivers/port/mail-item.js';
import { ownMessageHeader, ownMessageSubject, testMessageName } from '../mailboxes/own-test-id.js';
import { internetMessageId } from '../mail/outgoing/internet-message-id.js';

const explanation =
  'Postroom wrote this message from this mailbox to itself, to test that mail goes out and comes in. It is removed again automatically. If you read this, you can delete it.';

export const testSubject = (marker: string): string => ownMessageSubject('test', marker);

/** A message from a mailbox to itself that says what it is to whoever comes across it. */
export function testMessage(marker: string, address: string): OutgoingDraft {
  const name = testMessageName(marker);
  return {
    marker: name,
    internetMessageId: internetMessageId(name, address),
    to: [{ name: null, address }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: testSubject(marker),
    text: explanation,
    html: null,
    attachments: [],
    // No answering machine is to answer it.
    headers: [
      { name: 'Auto-Submitted', value: 'auto-generated' },
      { name: 'X-Auto-Response-Suppress', value: 'All' },
      { name: ownMessageHeader, value: marker },
    ],
  };
}
