import { Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface CardProps {
  readonly title: string;
  /** Beside the title. */
  readonly note?: ReactNode;
  /** How wide it is in a row of cards: a share, and what it needs. */
  readonly flex?: string;
  readonly children: ReactNode;
}

/** A few numbers about one thing. */
export const Card = ({ title, note, flex, children }: CardProps) => (
  <Paper component="section" aria-label={title} withBorder radius="md" p="md" miw={0} flex={flex}>
    <Title order={2} size="sm" fw={500} mb="xs">
      {title}
      {note && (
        <Text span inherit c="dimmed">
          {' '}
          {note}
        </Text>
      )}
    </Title>
    {children}
  </Paper>
);
