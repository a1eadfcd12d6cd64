import { z } from 'zod';
import { idParam } from '../../../platform/http/validation.js';
import { customHeaders } from './custom-header.js';
import { messageId } from './message-id.js';
import { recipient } from './recipient.js';
import { maxReferences } from './threading.js';

export const importances = ['low', 'normal', 'high'] as const;
export type Importance = (typeof importances)[number];

const maxDelayMs = 366 * 24 * 60 * 60_000;

/** What a message can ask for beyond its content. */
export const outgoingOptions = {
  from: recipient
    .nullable()
    .default(null)
    .describe(
      'Send in the name of another mailbox, for which the sending one has the right Send As; null: its own name',
    ),
  inReplyToMessageId: idParam
    .nullable()
    .default(null)
    .describe('Id of the received message that this one answers: sets In-Reply-To and References'),
  forwardOfMessageId: idParam
    .nullable()
    .default(null)
    .describe('Id of the received message that this one forwards: sets In-Reply-To and References'),
  attachOriginal: z.boolean().default(false).describe('Attach the forwarded message as a message'),
  inReplyTo: messageId.nullable().default(null).describe('For callers who keep Message-IDs of their own'),
  references: z.array(messageId).max(maxReferences).default([]).describe('Oldest first; `inReplyTo` is put at its end'),
  importance: z.enum(importances).default('normal'),
  sendAt: z.iso
    .datetime({ offset: true, message: 'must be a time such as 2026-01-31T08:00:00Z' })
    .nullable()
    .default(null)
    .transform((text) => (text === null ? null : new Date(text)))
    .describe('Not before this time, up to a year ahead; until then the message is pending and can be cancelled'),
  saveToSentItems: z
    .boolean()
    .default(true)
    .describe('False: the copy in Sent Items, by which a lost outcome is looked up, is deleted once it was seen'),
  readReceipt: z.boolean().default(false).describe('Ask the recipients’ mail programs for a read receipt'),
  deliveryReceipt: z.boolean().default(false).describe('Ask the recipients’ mail servers for a delivery receipt'),
  headers: customHeaders
    .default([])
    .describe('Headers that begin with X-, and List-…, Auto-Submitted, Precedence, Feedback-ID'),
};

interface ThreadingChoice {
  readonly inReplyToMessageId: string | null;
  readonly forwardOfMessageId: string | null;
  readonly attachOriginal: boolean;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly subject?: string | undefined;
}

/** What fields say against each other. */
export function optionConflicts(message: ThreadingChoice, add: (field: string, text: string) => void): void {
  const { inReplyToMessageId, forwardOfMessageId } = message;
  const refers = inReplyToMessageId !== null || forwardOfMessageId !== null;
  if (message.subject === undefined && !refers)
    add('subject', 'must be given, unless the message answers or forwards one');
  if (inReplyToMessageId !== null && forwardOfMessageId !== null)
    add('forwardOfMessageId', 'must not be given together with inReplyToMessageId');
  if (refers && message.inReplyTo !== null) add('inReplyTo', 'follows from the message that is named');
  if (refers && message.references.length > 0) add('references', 'follow from the message that is named');
  if (message.attachOriginal && forwardOfMessageId === null) add('attachOriginal', 'needs a forwardOfMessageId');
}

/** @returns what is wrong with the time at which a message is to go out, or null */
export function sendAtProblem(sendAt: Date | null, now: Date): string | null {
  if (sendAt === null) return null;
  if (sendAt <= now) return 'must be in the future';
  return sendAt.getTime() - now.getTime() > maxDelayMs ? 'must be at most one year ahead' : null;
}
