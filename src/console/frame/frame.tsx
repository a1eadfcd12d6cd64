import { AppShell, Badge, Burger, Center, Group, Loader, NavLink, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconGauge,
  IconInbox,
  IconMail,
  IconSend,
  IconServer,
  IconSettings,
} from '@tabler/icons-react';
import { Suspense, useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { $api } from '../api/client.js';
import { useLiveAnswers } from '../api/live.js';
import { AccountMenu } from './account-menu.js';
import icon from '../icon.svg';

const places = [
  { href: '/', label: 'Overview', icon: IconGauge },
  { href: '/incidents', label: 'Incidents', icon: IconAlertTriangle },
  { href: '/profiles', label: 'Profiles', icon: IconServer },
  { href: '/mailboxes', label: 'Mailboxes', icon: IconInbox },
  { href: '/messages', label: 'Messages', icon: IconMail },
  { href: '/outgoing', label: 'Outgoing', icon: IconSend },
  { href: '/settings', label: 'Settings', icon: IconSettings },
] as const;

const isAt = (path: string, href: string) => path === href || (href !== '/' && path.startsWith(`${href}/`));

/** Header, navigation and the place of the page. */
export function Frame({ children }: { readonly children: ReactNode }) {
  useLiveAnswers();
  const [path] = useLocation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  // A new page is announced and read from its beginning; the keyboard does not stay in the navigation.
  useEffect(() => {
    close();
    if (shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
    window.scrollTo(0, 0);
  }, [path, close]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip-link" href="#page">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <img src={icon} alt="" width={24} height={24} />
            <Text fw={600}>Postroom</Text>
          </Group>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main">
        {places.map(({ href, label, icon: Icon }) => (
          <NavLink
            key={href}
            component={Link}
            href={href}
            label={label}
            active={isAt(path, href)}
            aria-current={isAt(path, href) ? 'page' : undefined}
            leftSection={<Icon size={18} aria-hidden />}
            rightSection={href === '/incidents' ? <OpenIncidents /> : undefined}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="page" ref={main} tabIndex={-1} style={{ outline: 'none' }}>
        <Suspense
          fallback={
            <Center h="50vh">
              <Loader aria-label="Loading" />
            </Center>
          }
        >
          {children}
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

const countedAtMost = 99;

function OpenIncidents() {
  const { data } = $api.useQuery('get', '/v1/incidents', { params: { query: { open: 'true', limit: 100 } } });
  const count = data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Badge color="red" size="sm" circle={count < 10} aria-label={`${count} open`}>
      {count > countedAtMost ? `${countedAtMost}+` : count}
    </Badge>
  );
}
