import { Badge, Box, Button, Collapse, Flex, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Remedy } from '../../../parts/remedy.js';
import { statusWords } from './step-words.js';
import type { AnalysisStep } from './use-analysis.js';

/** One step of the analysis: how it went in a word, what was found, and what to do when it failed. */
export function StepItem({ step }: { readonly step: AnalysisStep }) {
  const { number, title, status, durationMs, detail, code, requestId, remedy } = step;
  const { label, color } = statusWords[status];
  const [opened, { toggle }] = useDisclosure(status === 'failed');
  const isSkipped = status === 'skipped';
  const remedyId = `remedy-${number}`;
  return (
    <Box component="li" py="xs" style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
      <Flex gap={{ base: 4, xs: 'sm' }} direction={{ base: 'column', xs: 'row' }}>
        <Badge color={color} variant="light" tt="none" w={76} flex="none" mt={2}>
          {label}
        </Badge>
        <Box style={{ minWidth: 0, flex: 1 }}>
          <Group justify="space-between" gap="xs" wrap="nowrap">
            <Text fw={500} c={isSkipped ? 'dimmed' : undefined}>
              {number}. {title}
            </Text>
            {!isSkipped && (
              <Text size="xs" c="dimmed" flex="none">
                {durationMs} ms
              </Text>
            )}
          </Group>
          <Text size="sm" c={isSkipped ? 'dimmed' : undefined} style={{ overflowWrap: 'anywhere' }}>
            {detail}
          </Text>
          {requestId !== null && (status === 'failed' || status === 'warning') && (
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              For the administrator of the server: request {requestId}
              {code !== null && `, code ${code}`}
            </Text>
          )}
          {remedy !== null && (
            <>
              <Button
                variant="subtle"
                size="compact-sm"
                px={0}
                my={4}
                onClick={toggle}
                aria-expanded={opened}
                aria-controls={remedyId}
              >
                {opened ? 'Hide what to do' : 'Show what to do'}
              </Button>
              <Collapse expanded={opened} id={remedyId} keepMounted={false}>
                <Remedy text={remedy} />
              </Collapse>
            </>
          )}
        </Box>
      </Flex>
    </Box>
  );
}
