import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface NothingHereProps {
  readonly title: string;
  /** What would stand here, and how it comes to be. */
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** In place of an empty list: says what belongs here and how to begin. */
export function NothingHere({ title, children, action }: NothingHereProps) {
  return (
    <Paper withBorder p="xl" radius="md">
      <Stack align="center" gap="xs" ta="center">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text c="dimmed" maw={560}>
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  );
}
