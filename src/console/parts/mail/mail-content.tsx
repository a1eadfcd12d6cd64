import { Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { IconPhotoOff } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Schema } from '../../api/schemas.js';
import { useInlineImages } from './inline-images.js';
import { MailFrame } from './mail-frame.js';
import { safeHtml, type SafeHtml } from './safe-html.js';

/** In characters. Beyond them a browser would be busy for seconds. */
const longestHtml = 3_000_000;
const longestText = 300_000;

interface MailContentProps {
  readonly text: string | null;
  readonly html: string | null;
  /** Of a received message, whose attachments can be fetched. */
  readonly messageId?: string;
  readonly attachments?: Schema<'Message'>['attachments'];
  readonly frameTitle: string;
}

const views = [
  { value: 'html', label: 'Formatted' },
  { value: 'text', label: 'Plain text' },
];
const nothingAttached: Schema<'Message'>['attachments'] = [];

/** What a message says: formatted in a frame of its own, or as plain text. */
export function MailContent({ text, html, messageId, attachments, frameTitle }: MailContentProps) {
  const canFormat = html !== null && html !== '' && html.length <= longestHtml;
  const [view, setView] = useState(canFormat ? 'html' : 'text');
  if (!html && !text) return <Text c="dimmed">The message has no text.</Text>;
  return (
    <Stack gap="xs">
      {canFormat && Boolean(text) && (
        <SegmentedControl
          size="xs"
          aria-label="View of the content"
          data={views}
          value={view}
          onChange={setView}
          style={{ alignSelf: 'flex-start' }}
        />
      )}
      {canFormat && (view === 'html' || !text) ? (
        <Formatted
          html={html}
          messageId={messageId ?? null}
          attachments={attachments ?? nothingAttached}
          frameTitle={frameTitle}
        />
      ) : (
        <PlainText text={text ?? ''} isHtmlTooLong={!canFormat && Boolean(html)} />
      )}
    </Stack>
  );
}

const nothingFetched: ReadonlyMap<string, string> = new Map();
const nothingMissing: readonly string[] = [];

/** Null where a browser gives up on what a stranger wrote; the page around it goes on. */
function safeOrNull(html: string, images: ReadonlyMap<string, string>): SafeHtml | null {
  try {
    return safeHtml(html, images);
  } catch {
    return null;
  }
}

interface FormattedProps {
  readonly html: string;
  readonly messageId: string | null;
  readonly attachments: Schema<'Message'>['attachments'];
  readonly frameTitle: string;
}

function Formatted({ html, messageId, attachments, frameTitle }: FormattedProps) {
  const bare = useMemo(() => safeOrNull(html, nothingFetched), [html]);
  const images = useInlineImages(messageId, attachments, bare?.missing ?? nothingMissing);
  const safe = useMemo(() => (images && images.size > 0 ? safeOrNull(html, images) : bare), [html, images, bare]);
  if (safe === null)
    return (
      <Text size="sm" c="dimmed">
        This browser cannot show the formatted text safely.
      </Text>
    );
  if (images === null) return <Skeleton height={240} />;
  return (
    <>
      <BlockedImages remote={safe.remoteImages} missing={safe.missing.length} />
      <MailFrame html={safe.html} title={frameTitle} />
    </>
  );
}

function BlockedImages({ remote, missing }: { readonly remote: number; readonly missing: number }) {
  if (remote === 0 && missing === 0) return null;
  const lines = [
    ...(remote === 0
      ? []
      : [
          remote === 1
            ? '1 remote image is blocked: loading it would tell the sender that the message was opened.'
            : `${remote} remote images are blocked: loading them would tell the sender that the message was opened.`,
        ]),
    ...(missing === 0
      ? []
      : [`${missing === 1 ? '1 embedded image is' : `${missing} embedded images are`} not shown here.`]),
  ];
  return (
    <Group gap="xs" wrap="nowrap" c="dimmed" align="flex-start">
      <IconPhotoOff size={18} aria-hidden style={{ flex: 'none', marginTop: 2 }} />
      <Text size="sm">{lines.join(' ')}</Text>
    </Group>
  );
}

function PlainText({ text, isHtmlTooLong }: { readonly text: string; readonly isHtmlTooLong: boolean }) {
  return (
    <>
      {isHtmlTooLong && (
        <Text size="sm" c="dimmed">
          The formatted text is too long to be shown here. The original can be downloaded.
        </Text>
      )}
      {text.length > longestText && (
        <Text size="sm" c="dimmed">
          Only the beginning is shown.
        </Text>
      )}
      <Text
        component="pre"
        dir="auto"
        m={0}
        ff="inherit"
        size="sm"
        style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {text.slice(0, longestText)}
      </Text>
    </>
  );
}
