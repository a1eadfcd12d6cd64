import { Box, Button, Group, Progress as Bar, Text } from '@mantine/core';
import { figure } from './counted.js';
import type { Progress } from './use-long-work.js';

interface LongWorkProps {
  readonly progress: Progress;
  readonly onStop: () => void;
}

/** How far long work is, and a button that stops it; what is done stays done. */
export function LongWork({ progress: { label, done, total }, onStop }: LongWorkProps) {
  const percent = total === 0 ? 0 : Math.min(100, (done / total) * 100);
  return (
    <Box>
      <Group justify="space-between" mb={6} wrap="nowrap">
        <Text size="sm">
          {label}: {figure(done)} of {figure(total)}
        </Text>
        <Button size="compact-sm" variant="default" onClick={onStop}>
          Stop
        </Button>
      </Group>
      <Bar value={percent} aria-label={label} />
    </Box>
  );
}
