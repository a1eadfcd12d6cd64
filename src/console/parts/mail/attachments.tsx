import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { IconBan, IconPaperclip } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { sizeWords } from './size-words.js';

export interface ShownAttachment {
  readonly key: string | number;
  readonly name: string | null;
  readonly contentType: string;
  readonly isInline: boolean;
  readonly sizeBytes: number;
  /** Where to download it; null: it cannot be. */
  readonly href: string | null;
  /** Why its bytes are not here. */
  readonly blocked?: string | null;
}

/** What is attached to a message; nothing where nothing is. */
export function Attachments({ attachments }: { readonly attachments: readonly ShownAttachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <section aria-label="Attachments">
      <Title order={2} size="h5" mb="xs">
        {attachments.length === 1 ? '1 attachment' : `${attachments.length} attachments`}
      </Title>
      <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {attachments.map(({ key, ...attachment }) => (
          <Attachment key={key} {...attachment} />
        ))}
      </Stack>
    </section>
  );
}

function Attachment({ name, contentType, isInline, sizeBytes, href, blocked = null }: Omit<ShownAttachment, 'key'>) {
  const title = <bdi>{name ?? 'without a name'}</bdi>;
  const Icon = blocked === null ? IconPaperclip : IconBan;
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="flex-start">
      <Icon size={16} aria-hidden style={{ flex: 'none', marginTop: 3 }} />
      <Text size="sm" style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
        {href === null || blocked !== null ? (
          title
        ) : (
          <Anchor inherit href={href} download>
            {title}
          </Anchor>
        )}{' '}
        <Text span inherit c="dimmed">
          {[sizeWords(sizeBytes), contentType, ...(isInline ? ['part of the text'] : [])].join(' · ')}
        </Text>
        {blocked !== null && <Why>{blocked}</Why>}
      </Text>
    </Group>
  );
}

const Why = ({ children }: { readonly children: ReactNode }) => (
  <Text span inherit display="block" c="dimmed">
    {children}
  </Text>
);
