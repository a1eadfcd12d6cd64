import { Badge, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { $api } from '../../api/client.js';
import { Moment } from '../../parts/moment.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useSession } from '../../session/session.js';
import { Facts } from '../../parts/facts.js';
import { StandingBadge } from './standing-badge.js';
import { UserActs } from './user-acts.js';
import { UserForm } from './user-form.js';
import { standingOfUser } from './user-words.js';

/** One user: name, role and profiles to change, and how the user signs in. */
export function UserView({ id }: { readonly id: string }) {
  const session = useSession();
  const found = $api.useQuery('get', '/v1/users/{id}', { params: { path: { id } } });
  const user = found.data;
  const standing = user ? standingOfUser(user) : null;
  return (
    <>
      <Text size="sm" mb={4}>
        <To href="/settings/users">All users</To>
      </Text>
      <PageHead
        title={user?.name ?? 'User'}
        about={user?.email}
        beside={
          <Group gap="xs">
            {user?.id === session.id && (
              <Badge variant="default" tt="none">
                this is you
              </Badge>
            )}
            {standing && <StandingBadge standing={standing} />}
          </Group>
        }
      />
      <Trouble error={found.error} onRetry={() => void found.refetch()} />
      {found.isPending && <Skeleton height={320} />}
      {user && (
        <Stack>
          <Paper withBorder p="md">
            <UserForm key={`${user.role} ${user.profileIds?.join(' ')}`} user={user} />
          </Paper>
          <Paper withBorder p="md">
            <Title order={2} size="h4" mb="sm">
              Signing in
            </Title>
            <Facts
              facts={{
                State: standing?.means ?? 'Can sign in.',
                'New networks refused until': user.newNetworksRefusedUntil && (
                  <Moment at={user.newNetworksRefusedUntil} exact />
                ),
                'Last sign-in': user.lastSignedInAt ? <Moment at={user.lastSignedInAt} /> : 'never',
                Password: user.hasPassword ? 'set' : 'not set',
                'Single sign-on': user.hasSingleSignOn ? 'used before' : 'not used so far',
                Invited: <Moment at={user.createdAt} exact />,
              }}
            />
            <UserActs user={user} />
          </Paper>
        </Stack>
      )}
    </>
  );
}
