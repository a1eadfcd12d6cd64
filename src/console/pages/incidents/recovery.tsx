import { Alert, List } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { recoveryLines } from './recovery-lines.js';

/** In short what it was, once it is over. */
export function Recovery({ incident }: { readonly incident: Schema<'Incident'> }) {
  return (
    <Alert color="green" icon={<IconCircleCheck />} title="It is over" role="status" mb="lg">
      <List size="sm">
        {recoveryLines(incident).map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
