import { Box, Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { $api } from '../../api/client.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { SearchBox } from '../../parts/search-box.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { useMay, useSession } from '../../session/session.js';
import { ProfileRows } from './profile-rows.js';
import { shownRows } from '../../parts/shown-rows.js';

/** The email server profiles that one sees, how each stands, and the way to a new one. */
export default function ProfilesPage() {
  const [name, setName] = useUrlText('q');
  const pages = usePages(name);
  const mayMake = useMay('admin');
  const { profileIds } = useSession();
  const list = $api.useQuery(
    'get',
    '/v1/email-server-profiles',
    { params: { query: { limit: 50, cursor: pages.cursor, ...(name === '' ? {} : { name }) } } },
    { placeholderData: (before) => before },
  );
  const items = shownRows(list);
  const isEmpty = items?.length === 0;
  const make = mayMake && profileIds === null && (
    <Button component={Link} href="/profiles/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New profile
    </Button>
  );
  return (
    <>
      <PageHead title="Profiles" about="Which Exchange server, by which service account, and who is told of trouble.">
        {make}
      </PageHead>
      <Group mb="sm">
        <SearchBox label="Search by name" value={name} onChange={setName} />
      </Group>
      <Trouble error={list.error} onRetry={() => void list.refetch()} />
      {!list.error && !isEmpty && <ProfileRows profiles={items} />}
      {isEmpty && name !== '' && (
        <NothingHere title="No profile has such a name">
          Look for another part of the name, or clear the search.
        </NothingHere>
      )}
      {isEmpty && name === '' && <NoProfiles action={make} />}
      <PageButtons pages={pages} nextCursor={list.data?.nextCursor} />
    </>
  );
}

function NoProfiles({ action }: { readonly action: React.ReactNode }) {
  if (!action)
    return (
      <NothingHere title="No profile is yours yet">
        An administrator makes profiles and says who owns them. Ask one to make you a member of yours.
      </NothingHere>
    );
  return (
    <NothingHere title="Begin with a profile" action={<Box mt="sm">{action}</Box>}>
      <Text span inherit>
        A profile says where your Exchange server is and which service account opens its mailboxes. The wizard helps to
        make that account ready, tests everything before it is saved, and changes nothing on the server. Mailboxes come
        after that.
      </Text>
    </NothingHere>
  );
}
