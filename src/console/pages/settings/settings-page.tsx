import { Box, Group, NativeSelect, NavLink } from '@mantine/core';
import { useEffect, useRef, type ComponentType } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { useMay } from '../../session/session.js';
import { AboutPart } from './about-part.js';
import { KeysPart } from './keys-part.js';
import { NotificationsPart } from './notifications-part.js';
import { QueuesPart } from './queues-part.js';
import { RetentionPart } from './retention-part.js';
import { UsersPart } from './users-part.js';
import { WebhooksPart } from './webhooks-part.js';

interface Part {
  readonly part: string;
  readonly label: string;
  readonly adminsOnly: boolean;
  readonly Content: ComponentType;
}

const parts: readonly Part[] = [
  { part: 'users', label: 'Users', adminsOnly: true, Content: UsersPart },
  { part: 'api-keys', label: 'API keys', adminsOnly: true, Content: KeysPart },
  { part: 'webhooks', label: 'Webhooks', adminsOnly: false, Content: WebhooksPart },
  { part: 'notifications', label: 'Notifications', adminsOnly: true, Content: NotificationsPart },
  { part: 'retention', label: 'Retention', adminsOnly: false, Content: RetentionPart },
  { part: 'queues', label: 'Queues', adminsOnly: true, Content: QueuesPart },
  { part: 'about', label: 'About', adminsOnly: false, Content: AboutPart },
];

/** Everything that is set for all of Postroom, one part at a time. */
export default function SettingsPage({ part }: { readonly part: string }) {
  const isAdmin = useMay('admin');
  const offered = parts.filter(({ adminsOnly }) => isAdmin || !adminsOnly);
  const shown = parts.find((one) => one.part === part);
  return (
    <>
      <PartLinks offered={offered} part={part} />
      {shown && offered.includes(shown) ? (
        <PartContent key={part} Content={shown.Content} />
      ) : (
        <NotOffered known={!!shown} />
      )}
    </>
  );
}

/** Tabs in form of links, which can be opened in a window of their own; on a phone a list to choose from. */
function PartLinks({ offered, part }: { readonly offered: readonly Part[]; readonly part: string }) {
  const [, go] = useLocation();
  return (
    <Box component="nav" aria-label="Settings" mb="md">
      <Group gap={4} visibleFrom="sm">
        {offered.map((one) => (
          <NavLink
            key={one.part}
            component={Link}
            href={`/settings/${one.part}`}
            label={one.label}
            active={one.part === part}
            aria-current={one.part === part ? 'page' : undefined}
            w="auto"
            px="sm"
            py={6}
            style={{ borderRadius: 'var(--mantine-radius-sm)' }}
          />
        ))}
      </Group>
      <NativeSelect
        hiddenFrom="sm"
        aria-label="Part of the settings"
        data={offered.map(({ part: value, label }) => ({ value, label }))}
        value={part}
        onChange={(event) => go(`/settings/${event.currentTarget.value}`)}
      />
    </Box>
  );
}

/** The part, or what of it the address has opened; each is read from its beginning, by the keyboard too. */
function PartContent({ Content }: Pick<Part, 'Content'>) {
  const [params] = useSearchParams();
  const opened = params.get('user') ?? params.get('endpoint') ?? '';
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(opened);
  useEffect(() => {
    if (before.current === opened) return;
    before.current = opened;
    place.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [opened]);
  return (
    <div ref={place} tabIndex={-1} style={{ outline: 'none' }}>
      <Content key={opened} />
    </div>
  );
}

function NotOffered({ known }: { readonly known: boolean }) {
  return (
    <>
      <PageHead title="Settings" />
      <NothingHere
        title={known ? 'Only administrators see this' : 'There is no such part'}
        action={<To href="/settings/about">About this Postroom</To>}
      >
        {known ? 'Ask an administrator of Postroom if you need something from here.' : 'The address may be mistyped.'}
      </NothingHere>
    </>
  );
}
