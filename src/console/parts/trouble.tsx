import { Alert, Button, Code, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Problem } from '../api/client.js';

const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'remediation' in error && 'title' in error;

/** The sentence of an error, for a toast or a field. */
export function troubleText(error: unknown): string {
  if (isProblem(error)) return error.detail === error.title ? error.title : `${error.title}: ${error.detail}`;
  return 'Postroom cannot be reached. Check the connection and try again.';
}

/** What to do about an error, where `troubleText` does not say it; null: it does. */
export const troubleAdvice = (error: unknown): string | null => (isProblem(error) ? error.remediation : null);

/** Messages of a problem by field, for a form. */
export function fieldTroubles(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  return Object.fromEntries((error.errors ?? []).map(({ field, message }) => [field, message]));
}

interface TroubleProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** What went wrong and what to do about it, in the API's own words. */
export function Trouble({ error, onRetry }: TroubleProps) {
  if (error === null || error === undefined) return null;
  const problem = isProblem(error) ? error : null;
  const fields = problem?.errors ?? [];
  return (
    <Alert
      role="alert"
      color="red"
      icon={<IconAlertTriangle />}
      title={problem?.title ?? 'Postroom cannot be reached'}
      my="sm"
    >
      {problem && problem.detail !== problem.title && fields.length === 0 && <Text size="sm">{problem.detail}</Text>}
      {fields.length > 0 && (
        <List size="sm">
          {fields.map(({ field, message }) => (
            <List.Item key={`${field} ${message}`}>
              <Code>{field}</Code> {message}
            </List.Item>
          ))}
        </List>
      )}
      <Text size="sm">{problem?.remediation ?? 'Check the connection and try again.'}</Text>
      <Group mt="xs" justify="space-between">
        {problem && (
          <Text size="xs" c="dimmed">
            Request {problem.requestId}
          </Text>
        )}
        {onRetry && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}
