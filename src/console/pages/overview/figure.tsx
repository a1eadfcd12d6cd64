import { Box, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { To } from '../../parts/to.js';

interface FigureProps {
  readonly value: string;
  readonly label: ReactNode;
  /** Where one sees what is counted. */
  readonly href?: string;
  readonly color?: string;
}

/** A number and what it counts; together one link. */
export function Figure({ value, label, href, color }: FigureProps) {
  const shown = (
    <>
      <Text component="span" display="block" fz={26} fw={600} lh={1.2} c={color}>
        {value}
      </Text>
      <Text component="span" display="block" size="sm" c={href ? undefined : 'dimmed'}>
        {label}
      </Text>
    </>
  );
  return href ? <To href={href}>{shown}</To> : <Box>{shown}</Box>;
}
