import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';
import { picturesToFetch, type Attachment } from './pictures-to-fetch.js';

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
