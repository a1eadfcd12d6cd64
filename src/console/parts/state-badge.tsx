import { Badge } from '@mantine/core';
import type { Schema } from '../api/schemas.js';

type MailboxState = Schema<'Mailbox'>['state'];

const states: Record<MailboxState, { label: string; color: string; means: string }> = {
  active: { label: 'active', color: 'green', means: 'receives and sends' },
  verifying: { label: 'verifying', color: 'yellow', means: 'denied once; a second look within 90 seconds makes sure' },
  failed: { label: 'failed', color: 'red', means: 'denied; Postroom tries again by itself' },
  paused: { label: 'paused', color: 'gray', means: 'nothing runs until somebody resumes it' },
};

/** Every state of a mailbox with the word for it, in the order of the API. */
export const mailboxStates = Object.keys(states) as MailboxState[];

/** The state of a mailbox as a word, never as a colour alone. */
export function StateBadge({ state }: { readonly state: MailboxState }) {
  const { label, color, means } = states[state];
  return (
    <Badge color={color} variant="light" tt="none" title={means}>
      {label}
    </Badge>
  );
}
