import { htmlToText } from '../mime/text-conversion.js';
import type { Item } from '../store/item.js';
import type { MessageContent, Person } from '../store/message-content.js';

/** Values that are used in answers, in restrictions and sort orders, and as MAPI properties. */

export const hasAttachments = ({ content }: Item): boolean => content.attachments.some(({ inline }) => !inline);

/** Epoch milliseconds. */
export const sentAt = ({ content, receivedAt }: Item): number => content.sentAt ?? receivedAt;

export const senderOf = ({ sender, from }: MessageContent): Person | undefined => sender ?? from;

export const plainText = ({ text, html }: MessageContent): string => text ?? htmlToText(html ?? '');
