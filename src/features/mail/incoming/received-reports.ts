import type { ReceivedReport } from '../delivery-reports/delivery-reports.js';
import { looksLikeReport, parseReport, type ReportPart } from '../delivery-reports/delivery-report.js';
import { withMime } from './mime-reading.js';
import type { NewMessage } from './stored-message.js';

/** The reports among new messages. Only what looks like one is taken apart a second time, and few do. */
export async function reportsAmong(messages: readonly NewMessage[]): Promise<ReceivedReport[]> {
  const reports: ReceivedReport[] = [];
  for (const { id, contentId, item, content, receivedAt } of messages) {
    const { itemClass } = item.properties;
    const contentType = content.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? null;
    if (!looksLikeReport(itemClass, contentType)) continue;
    const { inReplyTo, references } = content;
    const report = parseReport({ itemClass, inReplyTo, references, parts: await partsOf(item.mime) });
    if (report) reports.push({ messageId: id, contentId, receivedAt, report });
  }
  return reports;
}

async function partsOf(mime: Buffer | null): Promise<ReportPart[]> {
  if (!mime) return [];
  try {
    return await withMime('reportParts', mime, {});
  } catch {
    // Too deep or too long for the reader; the message is stored by its properties, and these may still say enough.
    return [];
  }
}
