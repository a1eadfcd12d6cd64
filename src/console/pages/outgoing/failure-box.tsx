import { Alert, Code, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { Facts } from '../../parts/facts.js';
import { Folded } from '../../parts/mail/folded.js';
import { Moment } from '../../parts/moment.js';
import { Remedy } from '../../parts/remedy.js';

type Failure = NonNullable<Schema<'OutgoingMessage'>['failure']>;

interface FailureBoxProps {
  readonly failure: Failure;
  /** It is tried no more. */
  readonly isFinal: boolean;
}

/** A long command scrolls in its place; it does not widen the box. */
const narrow = { body: { minWidth: 0 } };

/** Why a message failed or what it waits for, what to do about it, and the server's own words. */
export function FailureBox({ failure, isFinal }: FailureBoxProps) {
  return (
    <Stack gap="xs" component="section" aria-label="What went wrong">
      <Alert color={isFinal ? 'red' : 'yellow'} icon={<IconAlertTriangle />} title={failure.title} styles={narrow}>
        <Text size="sm" mb="xs">
          {failure.cause}
        </Text>
        <Remedy text={failure.remedy} />
      </Alert>
      <Folded title="Technical details of the failure">
        <Facts
          compact
          facts={{
            'The server': failure.message || 'gave no words',
            Code: <Code>{failure.code}</Code>,
            Call: <Code>{failure.operation}</Code>,
            At: <Moment at={failure.at} exact />,
            Request: failure.requestId,
            'Our request': failure.clientRequestId,
          }}
        />
      </Folded>
    </Stack>
  );
}
