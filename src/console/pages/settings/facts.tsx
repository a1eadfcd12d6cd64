import { DataList } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is known of something, by name; what is null is left out. */
export function Facts({ facts }: { readonly facts: Readonly<Record<string, ReactNode>> }) {
  return (
    <DataList labelWidth="clamp(96px, 28vw, 140px)" gap={6}>
      {Object.entries(facts)
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([label, value]) => (
          <DataList.Item key={label}>
            <DataList.ItemLabel>{label}</DataList.ItemLabel>
            <DataList.ItemValue style={{ overflowWrap: 'anywhere', minWidth: 0 }}>{value}</DataList.ItemValue>
          </DataList.Item>
        ))}
    </DataList>
  );
}
