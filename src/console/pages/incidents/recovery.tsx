import { Alert, List } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { recoveryLines } from './recovery-lines.js';

interface RecoveryProps {
  readonly incident: Schema<'Incident'>;
  /** Somebody has just had it checked here. */
  readonly isMendedNow: boolean;
}

/** In short what it was, once it is over. */
export function Recovery({ incident, isMendedNow }: RecoveryProps) {
  return (
    <Alert color="green" icon={<IconCircleCheck />} title={isMendedNow ? 'It is mended' : 'It is over'} mb="lg">
      <List size="sm">
        {recoveryLines(incident).map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
