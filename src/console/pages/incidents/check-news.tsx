import { Alert, Loader, Text } from '@mantine/core';
import { IconCircleCheck, IconClockPause, IconCircleX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Trouble } from '../../parts/trouble.js';
import type { CheckOutcome } from './check-outcome.js';
import type { IncidentCheck } from './use-check.js';

const looks: Readonly<Record<CheckOutcome['state'], { color: string; icon: ReactNode }>> = {
  looking: { color: 'blue', icon: <Loader size={18} aria-hidden /> },
  'coming-back': { color: 'green', icon: <Loader size={18} color="green" aria-hidden /> },
  mended: { color: 'green', icon: <IconCircleCheck /> },
  partly: { color: 'yellow', icon: <IconCircleCheck /> },
  refused: { color: 'red', icon: <IconCircleX /> },
  'no-answer': { color: 'gray', icon: <IconClockPause /> },
};

/** What comes of "check now", as it comes. */
export function CheckNews({ check: { outcome, error } }: { readonly check: IncidentCheck }) {
  return (
    <>
      <Trouble error={error} />
      {outcome && (
        <Alert color={looks[outcome.state].color} icon={looks[outcome.state].icon} title={outcome.title} mb="lg">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {outcome.text}
          </Text>
        </Alert>
      )}
    </>
  );
}
