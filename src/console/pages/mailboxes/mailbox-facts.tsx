import { Group, Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { useMay } from '../../session/session.js';
import { figure } from './counted.js';
import { DirectionSwitches } from './direction-switches.js';
import { directionsInWords, mailFilters } from './mailbox-words.js';

type Mailbox = Schema<'Mailbox'>;

/** What the mailbox is set to do, and how fresh it is. */
export function MailboxFacts({ mailbox }: { readonly mailbox: Mailbox }) {
  const mayWrite = useMay('write');
  const { filter, filteredOut, lastSyncAt, nextSyncAt, running, stateSince, createdAt, connectingSid } = mailbox;
  return (
    <Paper withBorder p="md" mb="md" component="section" aria-label="In short">
      <Stack gap="md">
        {mayWrite ? (
          <DirectionSwitches mailbox={mailbox} />
        ) : (
          <Text size="sm">It {directionsInWords(mailbox)}, as it is set.</Text>
        )}
        <Group component="dl" gap="xl" m={0} align="flex-start">
          <Fact name="State">
            {mailbox.state} since <Moment at={stateSince} />
          </Fact>
          <Fact name="Last sync">
            <Moment at={lastSyncAt} />
          </Fact>
          <Fact name="Next sync">{running ? 'under way' : <Moment at={nextSyncAt} />}</Fact>
          <Fact name="Stores">
            {mailFilters[filter]}
            {filteredOut.total > 0 && `; kept out so far: ${figure(filteredOut.total)}`}
          </Fact>
          {connectingSid !== null && <Fact name="Connecting SID">{connectingSid}</Fact>}
          <Fact name="Added">
            <Moment at={createdAt} />
          </Fact>
        </Group>
      </Stack>
    </Paper>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div style={{ maxWidth: 360, overflowWrap: 'anywhere' }}>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0}>
        {children}
      </Text>
    </div>
  );
}
