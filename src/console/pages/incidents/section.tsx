import { Box, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly children: ReactNode;
}

/** A part of the page with its heading. */
export const Section = ({ id, title, children }: SectionProps) => (
  <Box component="section" aria-labelledby={id}>
    <Title order={2} size="h4" mb="xs" id={id}>
      {title}
    </Title>
    {children}
  </Box>
);
