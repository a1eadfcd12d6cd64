import { Injectable } from '@nestjs/common';
import type { OutgoingAttachment } from '../../../drivers/port/mail-item.js';
import type { Sql } from '../../../platform/database/data-source.js';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import { checkAttachmentSize } from './outgoing-attachment.js';
import type { NewOutgoingMessage } from './outgoing.schemas.js';
import { OriginalMessagesStore, type OriginalMessage } from './original-messages.store.js';
import { prefixedSubject } from './subject-prefix.js';
import { threadingOf, threadingOfIds, type Threading } from './threading.js';

export const originalNotAttachable = defineProblem({
  code: 'original-not-attachable',
  status: 409,
  title: 'The original message cannot be attached',
  retryable: false,
  remediation: 'The server never gave its MIME. Forward it without attachOriginal, with its attachments as your own.',
});

export const originalContentRemoved = defineProblem({
  code: 'original-content-removed',
  status: 409,
  title: 'The content of the original message has been removed',
  retryable: false,
  remediation:
    'The profile keeps content for contentRetentionDays. Forward it without attachOriginal, or answer it: both need no content.',
});

/** What a message gets from the one that it answers or forwards. */
export interface Composition extends Threading {
  readonly subject: string;
  readonly attachments: readonly OutgoingAttachment[];
}

/** Works out what a new message takes over from a received one. */
@Injectable()
export class MessageComposition {
  constructor(private readonly originals: OriginalMessagesStore) {}

  /** @throws Problem not-found for an original out of reach, original-not-attachable, original-content-removed, attachments-too-large */
  async compose(sql: Sql, message: NewOutgoingMessage, reach: readonly string[] | null): Promise<Composition> {
    const { inReplyToMessageId, forwardOfMessageId, attachments } = message;
    const originalId = inReplyToMessageId ?? forwardOfMessageId;
    if (originalId === null) {
      return { subject: message.subject ?? '', attachments, ...threadingOfIds(message.inReplyTo, message.references) };
    }
    const original = await this.originals.find(sql, originalId, reach);
    if (!original) throw new Problem(problems.notFound, `There is no message ${originalId}.`);
    const all = message.attachOriginal ? [...attachments, await this.attached(sql, original)] : attachments;
    checkAttachmentSize(all);
    return {
      subject: message.subject ?? prefixedSubject(forwardOfMessageId === null ? 'Re' : 'Fw', original.subject),
      attachments: all,
      ...threadingOf(original),
    };
  }

  private async attached(sql: Sql, original: OriginalMessage): Promise<OutgoingAttachment> {
    if (original.contentId === null) throw new Problem(originalContentRemoved);
    const content = await this.originals.mimeOf(sql, original.contentId);
    if (!content) throw new Problem(originalNotAttachable);
    return {
      kind: 'message',
      name: attachmentName(original.subject),
      contentType: 'message/rfc822',
      contentId: null,
      isInline: false,
      content,
    };
  }
}

/** What mail programs call an attached message by. */
function attachmentName(subject: string | null): string {
  const plain = (subject ?? '').replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}/\\]+/gu, ' ').trim();
  return plain.slice(0, 200).replace(/[\ud800-\udbff]$/, '') || 'message';
}
