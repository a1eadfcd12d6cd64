import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, api, unwrap } from '../../../api/client.js';
import { readsFrom } from '../../../api/queries.js';
import type { Schema } from '../../../api/schemas.js';
import { AskButton } from '../../../parts/ask-button.js';
import { NothingHere } from '../../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../../parts/pages.js';
import { Rows, type Column } from '../../../parts/rows.js';
import { useSay } from '../../../parts/said.js';
import { To } from '../../../parts/to.js';
import { Trouble } from '../../../parts/trouble.js';
import { useMay } from '../../../session/session.js';

type Profile = Schema<'EmailServerProfile'>;
type Member = Schema<'ProfileMember'>;

const members = '/v1/email-server-profiles/{id}/members';
const oneMember = '/v1/email-server-profiles/{id}/members/{userId}';
const roleWords: Record<Member['role'], string> = {
  admin: 'administrator',
  owner: 'owner: reads and changes it',
  viewer: 'viewer: reads it',
};

/** Who may see or change a profile, besides the administrators. */
export function MembersTab({ profile: { id, name } }: { readonly profile: Profile }) {
  const isAdmin = useMay('admin');
  const say = useSay();
  const refresh = useRefresh();
  const pages = usePages(id);
  const list = $api.useQuery('get', members, {
    params: { path: { id }, query: { limit: 50, cursor: pages.cursor } },
  });
  const remove = async (member: Member) => {
    unwrap(await api.DELETE(oneMember, { params: { path: { id, userId: member.id } } }));
    say.done(`${member.name} is no member of ${name} any more.`);
    refresh();
  };
  const columns: Column<Member>[] = [
    {
      head: 'Name',
      cell: ({ name: memberName, email, disabled }) => (
        <>
          {memberName}
          {disabled && ' (disabled)'}
          <Text size="sm" c="dimmed">
            {email}
          </Text>
        </>
      ),
    },
    { head: 'Role', cell: ({ role }) => roleWords[role] },
    ...(isAdmin
      ? [
          {
            head: 'Action',
            align: 'right' as const,
            cell: (member: Member) => (
              <AskButton
                label="Remove"
                title={`Remove ${member.name} from ${name}?`}
                size="compact-sm"
                onConfirm={() => remove(member)}
                aria-label={`Remove ${member.name}`}
              >
                {member.name} no longer sees this profile, its mailboxes and their mail, from the next request on. The
                user stays, and can be made a member again.
              </AskButton>
            ),
          },
        ]
      : []),
  ];
  return (
    <Stack maw={820}>
      <Text size="sm">
        Owners and viewers of this profile. Administrators, and viewers of everything, see it without being listed.
      </Text>
      {isAdmin && <AddMember profileId={id} profileName={name} />}
      <Trouble error={list.error} onRetry={() => void list.refetch()} />
      {list.data?.items.length === 0 && (
        <NothingHere title="Nobody yet">
          {isAdmin ? (
            <>
              Make somebody an owner who looks after these mailboxes. People are invited under{' '}
              <To href="/settings/users" underline="always">
                Settings, Users
              </To>
              .
            </>
          ) : (
            'Administrators make members.'
          )}
        </NothingHere>
      )}
      {!list.error && list.data?.items.length !== 0 && (
        <Rows caption="Members" columns={columns} rows={list.data?.items} keyOf={(member) => member.id} />
      )}
      <PageButtons pages={pages} nextCursor={list.data?.nextCursor} />
    </Stack>
  );
}

function useRefresh() {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ predicate: readsFrom(['/v1/email-server-profiles', '/v1/users']) });
}

interface AddMemberProps {
  readonly profileId: string;
  readonly profileName: string;
}

function AddMember({ profileId, profileName }: AddMemberProps) {
  const say = useSay();
  const refresh = useRefresh();
  const [userId, setUserId] = useState<string | null>(null);
  const users = $api.useQuery('get', '/v1/users', { params: { query: { limit: 200 } } });
  // Who sees all profiles cannot be made a member of one.
  const candidates = (users.data?.items ?? []).filter(
    ({ profileIds, disabled }) => profileIds !== null && !profileIds.includes(profileId) && !disabled,
  );
  const add = useMutation({
    mutationFn: async (user: Schema<'User'>) => {
      unwrap(await api.PUT(oneMember, { params: { path: { id: profileId, userId: user.id } } }));
      return user;
    },
    onSuccess: (user) => {
      setUserId(null);
      say.done(`${user.name} is a member of ${profileName}.`);
      refresh();
    },
  });
  const chosen = candidates.find(({ id }) => id === userId);
  return (
    <>
      <Group align="flex-end" gap="sm">
        <Select
          label="Add a user"
          placeholder={candidates.length === 0 ? 'Nobody is left to add' : 'Name or e-mail address'}
          data={candidates.map(({ id, name, email, role }) => ({ value: id, label: `${name} (${email}), ${role}` }))}
          value={chosen ? userId : null}
          onChange={setUserId}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Clear the choice' }}
          nothingFoundMessage="Nobody who could be added"
          disabled={candidates.length === 0}
          w={{ base: '100%', xs: 380 }}
        />
        <Button disabled={!chosen} loading={add.isPending} onClick={() => chosen && add.mutate(chosen)}>
          Add
        </Button>
      </Group>
      {users.data?.nextCursor && (
        <Text size="sm" c="dimmed">
          Only the first 200 users are offered here; the others get their profiles under Settings, Users.
        </Text>
      )}
      <Trouble error={users.error ?? add.error} />
    </>
  );
}
