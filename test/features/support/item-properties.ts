import type { ItemProperties } from '../../../src/drivers/port/mail-item.js';

/** Properties of a server that says nothing but what is given. */
export function itemProperties(given: Partial<ItemProperties> = {}): ItemProperties {
  return {
    itemClass: 'IPM.Note',
    internetMessageId: null,
    searchKey: null,
    conversationId: null,
    receivedAt: null,
    sentAt: null,
    isRead: null,
    importance: null,
    size: null,
    subject: null,
    from: null,
    sender: null,
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    inReplyTo: null,
    references: null,
    textBody: null,
    htmlBody: null,
    headers: [],
    attachments: [],
    ...given,
  };
}
