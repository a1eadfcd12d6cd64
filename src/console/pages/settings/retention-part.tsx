import { Box, Skeleton, Text, Title } from '@mantine/core';
import { $api } from '../../api/client.js';
import { PageHead } from '../../parts/page-head.js';
import { Rows, type Column } from '../../parts/rows.js';
import { Trouble } from '../../parts/trouble.js';
import { ProfileRetention } from './profile-retention.js';
import { contentOfAll, keptThings } from './retention-words.js';

type KeptThing = ReturnType<typeof keptThings>[number];

/** What is kept how long, and where to change it. */
export function RetentionPart() {
  const about = $api.useQuery('get', '/v1/about');
  const retention = about.data?.retention;
  return (
    <>
      <PageHead
        title="Retention"
        about="How long Postroom keeps what it stores. Nothing here touches the mail server."
      />
      <Trouble error={about.error} onRetry={() => void about.refetch()} />
      <Box component="section" aria-label="Content of mail" mb="lg">
        <Title order={2} size="h4">
          Content of mail
        </Title>
        <Text size="sm" mb="xs">
          Texts, originals and attachments, received and sent. Each profile sets it for itself.{' '}
          {retention ? (
            `Now: ${contentOfAll(retention.contentDays)}.`
          ) : (
            <Skeleton component="span" display="inline-block" width={160} height={12} />
          )}
        </Text>
        <ProfileRetention />
      </Box>
      <Box component="section" aria-label="Everything else">
        <Title order={2} size="h4">
          Everything else
        </Title>
        <Text size="sm" mb="xs">
          These times are the same everywhere; no setting changes them.
        </Text>
        {!about.error && (
          <Rows
            caption="What is kept how long"
            columns={columns}
            rows={retention && keptThings(retention)}
            keyOf={({ what }) => what}
          />
        )}
      </Box>
    </>
  );
}

const columns: readonly Column<KeptThing>[] = [
  {
    head: 'What',
    cell: ({ what, note }) => (
      <>
        <Text inherit fw={500}>
          {what}
        </Text>
        <Text size="sm" c="dimmed">
          {note}
        </Text>
      </>
    ),
  },
  { head: 'Kept for', cell: ({ kept }) => kept },
];
