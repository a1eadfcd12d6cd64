import { Box, Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

interface CommandBlockProps {
  /** What the command is for, in words. */
  readonly purpose: string;
  /** Where it is run: a shell's name. */
  readonly shell: string;
  readonly command: string;
}

/** A command to run elsewhere, with its purpose above it and a button that copies it as it is. */
export function CommandBlock({ purpose, shell, command }: CommandBlockProps) {
  return (
    <Box component="figure" m={0} mb="sm">
      <Group component="figcaption" justify="space-between" gap="xs" mb={4} wrap="nowrap">
        <Text size="sm">
          {purpose}{' '}
          <Text span c="dimmed" size="xs">
            {shell}
          </Text>
        </Text>
        <CopyButton value={command}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              flex="none"
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              onClick={copy}
              aria-label={`${copied ? 'Copied' : 'Copy'} the command: ${purpose}`}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block tabIndex={0} role="region" aria-label={purpose}>
        {command}
      </Code>
    </Box>
  );
}
