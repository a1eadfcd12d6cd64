import { Skeleton, Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { $api } from '../../api/client.js';
import { isGone } from '../../api/queries.js';
import type { Schema } from '../../api/schemas.js';
import { PageHead } from '../../parts/page-head.js';
import { StateBadge } from '../../parts/state-badge.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { CareTab } from './care-tab.js';
import { FailedItemsTab } from './failed-items-tab.js';
import { FoldersTab } from './folders-tab.js';
import { MailboxActions } from './mailbox-actions.js';
import { MailboxFacts } from './mailbox-facts.js';
import { MessagesTab } from './messages-tab.js';
import { SendingTab } from './sending-tab.js';
import { TestsTab } from './tests-tab.js';
import { TimelineTab } from './timeline-tab.js';
import { WhyPanel } from './why-panel.js';

type Mailbox = Schema<'Mailbox'>;

/** How often the mailbox is read anew, in ms: no event tells of a sync. */
const rereadMs = 10_000;

const tabs: readonly { key: string; label: string; show: (mailbox: Mailbox) => ReactNode }[] = [
  { key: 'timeline', label: 'Timeline', show: ({ id }) => <TimelineTab id={id} /> },
  { key: 'messages', label: 'Messages', show: ({ id }) => <MessagesTab id={id} /> },
  { key: 'folders', label: 'Folders', show: (mailbox) => <FoldersTab mailbox={mailbox} /> },
  { key: 'tests', label: 'Tests', show: ({ id }) => <TestsTab id={id} /> },
  { key: 'sending', label: 'Sending', show: (mailbox) => <SendingTab mailbox={mailbox} /> },
  { key: 'failed-items', label: 'Failed items', show: (mailbox) => <FailedItemsTab mailbox={mailbox} /> },
  { key: 'care', label: 'Older mail and audits', show: (mailbox) => <CareTab mailbox={mailbox} /> },
];

/** One mailbox: how it is and why, what happened, and what can be done about it. */
export default function Page({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailboxes/{id}',
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (isGone(state.error) ? false : rereadMs) },
  );
  const [wanted, setTab] = useUrlText('tab', 'timeline');
  const tab = tabs.find(({ key }) => key === wanted)?.key ?? 'timeline';
  if (!data)
    return (
      <>
        <PageHead title="Mailbox" />
        {error ? (
          <>
            <Trouble error={error} onRetry={() => void refetch()} />
            <To href="/mailboxes">To the mailboxes</To>
          </>
        ) : (
          <Skeleton height={320} />
        )}
      </>
    );
  return (
    <>
      <PageHead
        title={data.emailAddress}
        beside={<StateBadge state={data.state} />}
        about={
          <>
            {data.displayName !== null && `${data.displayName} · `}
            <To href={`/profiles/${data.profileId}`}>{data.profileName}</To>
          </>
        }
      >
        <MailboxActions mailbox={data} />
      </PageHead>
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      <MailboxFacts mailbox={data} />
      <WhyPanel id={id} />
      <Tabs value={tab} onChange={(key) => setTab(key ?? 'timeline')} keepMounted={false}>
        <Tabs.List mb="md" aria-label="More of the mailbox">
          {tabs.map(({ key, label }) => (
            <Tabs.Tab key={key} value={key}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ key, show }) => (
          <Tabs.Panel key={key} value={key}>
            {show(data)}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
