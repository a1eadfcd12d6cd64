import { Skeleton, Stack, Tabs } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { useMay } from '../../session/session.js';
import { ProfileState } from './profile-state.js';
import { hostOf, incidentBehind, incidentsOf, standingOf } from './profile-standing.js';
import { StandingAlert } from './standing-alert.js';
import { AnalysisTab } from './tabs/analysis-tab.js';
import { CredentialsTab } from './tabs/credentials-tab.js';
import { GuideTab } from './tabs/guide-tab.js';
import { MailboxesTab } from './tabs/mailboxes-tab.js';
import { MembersTab } from './tabs/members-tab.js';
import { NotificationsTab } from './tabs/notifications-tab.js';
import { SettingsTab } from './tabs/settings-tab.js';

type Profile = Schema<'EmailServerProfile'>;

const tabs = {
  mailboxes: { label: 'Mailboxes', part: MailboxesTab },
  settings: { label: 'Settings', part: SettingsTab },
  credentials: { label: 'Credentials', part: CredentialsTab },
  members: { label: 'Members', part: MembersTab },
  notifications: { label: 'Notifications', part: NotificationsTab },
  guide: { label: 'Set-up guide', part: GuideTab },
  analysis: { label: 'Analysis', part: AnalysisTab },
} as const;

const isTab = (name: string): name is keyof typeof tabs => Object.hasOwn(tabs, name);

/** One email server profile: how it stands, and all that can be done with it. */
export default function ProfilePage({ id }: { readonly id: string }) {
  const profile = $api.useQuery('get', '/v1/email-server-profiles/{id}', { params: { path: { id } } });
  if (profile.error && 'status' in profile.error && profile.error.status === 404)
    return (
      <>
        <PageHead title="Profile" />
        <NothingHere title="There is no such profile" action={<To href="/profiles">To the profiles</To>}>
          It was deleted, or it is not among those that you see.
        </NothingHere>
      </>
    );
  if (profile.error && !profile.data)
    return (
      <>
        <PageHead title="Profile" />
        <Trouble error={profile.error} onRetry={() => void profile.refetch()} />
      </>
    );
  if (!profile.data)
    return (
      <Stack gap="sm" aria-busy>
        <Skeleton height={34} width={260} />
        <Skeleton height={18} width={180} />
        <Skeleton height={38} mt="md" />
        <Skeleton height={220} />
      </Stack>
    );
  return <ShownProfile profile={profile.data} />;
}

function ShownProfile({ profile }: { readonly profile: Profile }) {
  const mayWrite = useMay('write');
  const [wanted, setTab] = useUrlText('tab', 'mailboxes');
  const tab = isTab(wanted) ? wanted : 'mailboxes';
  const overview = $api.useQuery('get', '/v1/overview');
  const incidents = $api.useQuery('get', '/v1/incidents', { params: { query: { open: 'true', limit: 200 } } });
  const standing = overview.data && standingOf(profile, overview.data.servers, Date.parse(overview.data.at));
  const { part: Part } = tabs[tab];
  return (
    <>
      <PageHead
        title={profile.name}
        beside={standing && <ProfileState standing={standing} />}
        about={`${hostOf(profile.ewsUrl)}, by the account ${profile.auth.username}; looked after by ${profile.ownerName}`}
      />
      {standing && (
        <StandingAlert
          standing={standing}
          incident={incidentBehind(standing, profile, incidentsOf(profile, incidents.data?.items ?? []))}
          onCredentials={mayWrite && tab !== 'credentials' ? () => setTab('credentials') : null}
        />
      )}
      <Tabs value={tab} onChange={(next) => setTab(next ?? 'mailboxes')} keepMounted={false}>
        <Tabs.List mb="md" aria-label="Parts of the profile">
          {Object.entries(tabs).map(([name, { label }]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Part profile={profile} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
