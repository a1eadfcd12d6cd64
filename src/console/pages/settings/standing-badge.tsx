import { Badge } from '@mantine/core';
import type { Standing } from './endpoint-words.js';

/** A state as a word; hovering tells what it means. */
export function StandingBadge({ standing: { label, color, means } }: { readonly standing: Standing }) {
  return (
    <Badge color={color} variant="light" tt="none" title={means} flex="none">
      {label}
    </Badge>
  );
}
