import { Box, Button, Group, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { useSession } from '../../session/session.js';
import { InviteDialog } from './invite-dialog.js';
import { useProfileNames } from './profile-names.js';
import { ReachText } from './profile-reach.js';
import { StandingBadge } from './standing-badge.js';
import { roleWords, standingOfUser } from './user-words.js';
import { shownRows } from '../../parts/shown-rows.js';

type User = Schema<'User'>;

/** All who may sign in, and the way to invite more. */
export function UserList() {
  const [inviting, { open, close }] = useDisclosure(false);
  const [profileId, setProfileId] = useUrlText('profile');
  const { names } = useProfileNames();
  const pages = usePages(profileId);
  const query = { limit: 50, cursor: pages.cursor, profileId: profileId || undefined };
  const users = $api.useQuery('get', '/v1/users', { params: { query } }, { placeholderData: keepPreviousData });
  const rows = shownRows(users);
  return (
    <>
      <PageHead title="Users" about="Who may sign in here, and what they see and change.">
        <Button leftSection={<IconUserPlus size={18} />} onClick={open}>
          Invite
        </Button>
      </PageHead>
      <Select
        aria-label="Only of a profile"
        placeholder="All users"
        data={(names ?? []).map(({ id, name }) => ({ value: id, label: `Members of ${name}` }))}
        value={profileId || null}
        onChange={(value) => setProfileId(value ?? '')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Show all users' }}
        limit={50}
        w={{ base: '100%', xs: 320 }}
        mb="sm"
      />
      <Trouble error={users.error} onRetry={() => void users.refetch()} />
      {rows?.length === 0 ? (
        <NothingHere title={profileId ? 'This profile has no members' : 'Nobody is invited yet'}>
          {profileId
            ? 'Administrators, and viewers who see everything, are not listed here: they see every profile anyway.'
            : 'Invite the people who look after mail. Each gets a link to choose a password.'}
        </NothingHere>
      ) : (
        !users.error && <Rows caption="Users" columns={columns} rows={rows} keyOf={({ id }) => id} />
      )}
      <PageButtons pages={pages} nextCursor={users.data?.nextCursor} />
      {inviting && <InviteDialog onClose={close} />}
    </>
  );
}

const columns: readonly Column<User>[] = [
  { head: 'Name', cell: (user) => <NameCell user={user} /> },
  { head: 'Role', cell: ({ role }) => roleWords[role].label },
  { head: 'Profiles', wide: true, cell: ({ profileIds }) => <ReachText ids={profileIds} /> },
  {
    head: 'Last sign-in',
    wide: true,
    cell: ({ lastSignedInAt }) =>
      lastSignedInAt === null ? (
        <Text inherit c="dimmed">
          never
        </Text>
      ) : (
        <Moment at={lastSignedInAt} />
      ),
  },
];

function NameCell({ user }: { readonly user: User }) {
  const session = useSession();
  const standing = standingOfUser(user);
  return (
    <Box>
      <Group gap={6}>
        <To href={`/settings/users?user=${user.id}`} fw={500}>
          {user.name}
        </To>
        {user.id === session.id && (
          <Text span size="xs" c="dimmed">
            you
          </Text>
        )}
        {standing && <StandingBadge standing={standing} />}
      </Group>
      <Text size="sm" c="dimmed">
        {user.email}
      </Text>
    </Box>
  );
}
