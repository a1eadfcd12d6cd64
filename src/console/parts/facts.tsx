import { DataList } from '@mantine/core';
import type { ReactNode } from 'react';

interface FactsProps {
  readonly facts: Readonly<Record<string, ReactNode>>;
  /** Smaller, for many lines above something else. */
  readonly compact?: boolean;
}

/** What is known of something, by name; what is null is left out. */
export function Facts({ facts, compact = false }: FactsProps) {
  const look = compact ? ({ labelWidth: 96, size: 'sm' } as const) : { labelWidth: 'clamp(96px, 28vw, 140px)' };
  return (
    <DataList gap={6} {...look}>
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
