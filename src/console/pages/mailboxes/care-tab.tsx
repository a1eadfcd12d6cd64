import { Stack, Title } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { useMay } from '../../session/session.js';
import { AuditList } from './audit-list.js';
import { BackfillForm } from './backfill-form.js';
import { BackfillList } from './backfill-list.js';

/** Older mail on request, and the daily comparison with the server. */
export function CareTab({ mailbox: { id, state, incoming } }: { readonly mailbox: Schema<'Mailbox'> }) {
  const mayWrite = useMay('write');
  return (
    <Stack gap="md">
      <Title order={3} size="h5">
        Older mail
      </Title>
      {mayWrite && <BackfillForm id={id} />}
      <BackfillList id={id} />
      <Title order={3} size="h5">
        Audits
      </Title>
      <AuditList id={id} mayAsk={mayWrite && state === 'active' && incoming} />
    </Stack>
  );
}
