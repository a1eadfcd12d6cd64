import { Badge } from '@mantine/core';
import type { Standing } from './profile-standing.js';

/** How a profile stands, as a word; what it means on hover. */
export function ProfileState({ standing: { label, color, means } }: { readonly standing: Standing }) {
  return (
    <Badge color={color} variant="light" tt="none" title={means} miw="max-content">
      {label}
    </Badge>
  );
}
