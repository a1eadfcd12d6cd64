import { Button, Menu, Text, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDeviceDesktop, IconKey, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { $api } from '../api/client.js';
import { useSay } from '../parts/said.js';
import { useSession } from '../session/session.js';

const PasswordDialog = lazy(() => import('./password-dialog.js'));

const schemes = [
  { scheme: 'auto', label: 'As the system', icon: IconDeviceDesktop },
  { scheme: 'light', label: 'Light', icon: IconSun },
  { scheme: 'dark', label: 'Dark', icon: IconMoon },
] as const;

/** Who one is, light or dark, the own password, and the way out. */
export function AccountMenu() {
  const session = useSession();
  const say = useSay();
  const queries = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [changing, { open, close }] = useDisclosure(false);
  const signOut = $api.useMutation('delete', '/v1/session', {
    onSuccess: () => void queries.resetQueries(),
    onError: say.failed,
  });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="subtle" color="gray" leftSection={<IconUser size={18} />} maw={220}>
            <Text span inherit truncate lh={1.5}>
              {session.name}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{session.email ?? session.name}</Menu.Label>
          {session.role && <Menu.Label>Role: {session.role}</Menu.Label>}
          <Menu.Divider />
          {schemes.map(({ scheme, label, icon: Icon }) => (
            <Menu.Item
              key={scheme}
              leftSection={<Icon size={16} />}
              onClick={() => setColorScheme(scheme)}
              aria-current={colorScheme === scheme}
              fw={colorScheme === scheme ? 600 : undefined}
            >
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          {session.kind === 'user' && (
            <Menu.Item leftSection={<IconKey size={16} />} onClick={open}>
              Change password
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate({})}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {changing && (
        <Suspense>
          <PasswordDialog onClose={close} />
        </Suspense>
      )}
    </>
  );
}
