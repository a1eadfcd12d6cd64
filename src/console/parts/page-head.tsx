import { Box, Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface PageHeadProps {
  readonly title: string;
  /** Beside the title: badges. */
  readonly beside?: ReactNode;
  readonly about?: ReactNode;
  /** Buttons of the page. */
  readonly children?: ReactNode;
}

/** The one heading of a page, its title in the browser too, and what one can do on it. */
export function PageHead({ title, beside, about, children }: PageHeadProps) {
  useDocumentTitle(`${title} · Postroom`);
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <Box style={{ minWidth: 0 }}>
        <Group gap="sm">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {beside}
        </Group>
        {about && <Text c="dimmed">{about}</Text>}
      </Box>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
