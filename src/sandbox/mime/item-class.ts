import { type MessageContent, headerValue } from '../store/message-content.js';

const MEETING: Record<string, string> = {
  request: 'IPM.Schedule.Meeting.Request',
  cancel: 'IPM.Schedule.Meeting.Canceled',
};

/** The item class Exchange gives a message on delivery, from its top content type and its parts. */
export function itemClassOf(content: MessageContent): string {
  const type = (headerValue(content, 'content-type') ?? '').toLowerCase();
  if (type.startsWith('multipart/report') && type.includes('delivery-status')) return 'REPORT.IPM.Note.NDR';
  if (type.startsWith('multipart/signed')) return 'IPM.Note.SMIME.MultipartSigned';
  if (/^application\/(x-)?pkcs7-mime/.test(type)) return 'IPM.Note.SMIME';
  const calendar = type.startsWith('text/calendar')
    ? type
    : content.attachments.find((attachment) => attachment.contentType === 'text/calendar')?.content.toString('latin1');
  const method = /\bmethod\s*[=:]\s*"?(\w+)/i.exec(calendar ?? '')?.[1]?.toLowerCase();
  return (method && MEETING[method]) ?? 'IPM.Note';
}
