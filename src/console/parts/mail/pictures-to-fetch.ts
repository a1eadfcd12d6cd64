import type { Schema } from '../../api/schemas.js';

export type Attachment = Schema<'Message'>['attachments'][number];

/** What browsers show without running anything of it; SVG can hold scripts. */
const safeTypes = /^image\/(?:png|jpe?g|gif|webp)$/i;
const largestBytes = 3_000_000;
const largestTogetherBytes = 12_000_000;

/** Which attachments to fetch for the pictures that a mail shows, in its own order and within the limits. */
export function picturesToFetch(
  attachments: readonly Attachment[],
  contentIds: readonly string[],
): { readonly contentId: string; readonly position: number; readonly type: string }[] {
  let bytes = 0;
  return contentIds.flatMap((contentId) => {
    const found = attachments.find(
      ({ contentId: id, blocked, unavailable }) => id === contentId && blocked === null && unavailable === null,
    );
    const type = found?.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (!found || !safeTypes.test(type) || found.sizeBytes > largestBytes) return [];
    if (bytes + found.sizeBytes > largestTogetherBytes) return [];
    bytes += found.sizeBytes;
    return [{ contentId, position: found.position, type }];
  });
}
