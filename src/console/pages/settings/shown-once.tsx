import { Alert, Box, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface ShownOnceProps {
  /** What it is: "The API key". */
  readonly label: string;
  /** Null: the answer was repeated, and the API keeps no copy. */
  readonly value: string | null;
  /** How to hand it over, or where to put it. */
  readonly children: ReactNode;
  readonly onDone: () => void;
}

/** A secret that nobody can show again, with a button that copies it. */
export function ShownOnce({ label, value, children, onDone }: ShownOnceProps) {
  if (value === null)
    return (
      <Stack>
        <Alert color="yellow" title="It was shown before">
          The request was repeated, and no copy is kept. Make a new one.
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onDone}>Close</Button>
        </Group>
      </Stack>
    );
  return (
    <Stack gap="sm">
      <Text size="sm" fw={600}>
        {label} is shown this once. Copy it now; afterwards nobody can see it again.
      </Text>
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <Code
          block
          flex={1}
          tabIndex={0}
          role="region"
          aria-label={label}
          style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', minWidth: 0 }}
        >
          {value}
        </Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              flex="none"
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              onClick={copy}
              data-autofocus
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Box fz="sm">{children}</Box>
      <Group justify="flex-end">
        <Button onClick={onDone}>I have kept it</Button>
      </Group>
    </Stack>
  );
}
