import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';

type Attachment = Schema<'Message'>['attachments'][number];

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
    const found = attachments.find((attachment) => attachment.contentId === contentId && attachment.blocked === null);
    const type = found?.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (!found || !safeTypes.test(type) || found.sizeBytes > largestBytes) return [];
    if (bytes + found.sizeBytes > largestTogetherBytes) return [];
    bytes += found.sizeBytes;
    return [{ contentId, position: found.position, type }];
  });
}

const none: ReadonlyMap<string, string> = new Map();

/**
 * A received message's own pictures as data: URLs by Content-ID: its frame has an origin of its own and can fetch
 * nothing, not even from here.
 * @returns null while they are fetched; without those that could not be
 */
export function useInlineImages(
  messageId: string | null,
  attachments: readonly Attachment[],
  contentIds: readonly string[],
): ReadonlyMap<string, string> | null {
  const wanted = picturesToFetch(attachments, contentIds);
  const isNeeded = messageId !== null && wanted.length > 0;
  const { data, isPending } = useQuery({
    queryKey: ['inline-images', messageId, wanted],
    enabled: isNeeded,
    // What a message holds does not change.
    staleTime: Infinity,
    queryFn: async () => {
      const fetched = wanted.map(async ({ contentId, position, type }) => {
        const url = await pictureOf(messageId ?? '', position, type).catch(() => null);
        return url === null ? [] : [[contentId, url] as const];
      });
      return new Map((await Promise.all(fetched)).flat());
    },
  });
  if (!isNeeded) return none;
  return isPending ? null : (data ?? none);
}

async function pictureOf(id: string, position: number, type: string): Promise<string> {
  const answer = await api.GET('/v1/messages/{id}/attachments/{position}', {
    params: { path: { id, position } },
    parseAs: 'arrayBuffer',
  });
  return dataUrl(new Blob([unwrap<ArrayBuffer>(answer)], { type }));
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('the picture cannot be read'));
    reader.readAsDataURL(blob);
  });
}
