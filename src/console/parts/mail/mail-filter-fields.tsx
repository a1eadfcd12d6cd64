import { Button, Group, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import { SearchBox } from '../search-box.js';
import { useMailboxAddress } from './use-mailbox-address.js';
import type { useMailFilters } from './use-mail-filters.js';

const restMs = 200;
const width = { base: '100%', xs: 240 };

/** Search, profile and mailbox, as lists of received and of outgoing mail share them. */
export function MailFilterFields({ filters, isFiltered, change, clear, times }: ReturnType<typeof useMailFilters>) {
  return (
    <Group gap="xs" mb="sm" role="search" aria-label="Filters">
      <SearchBox key={times} label="Search subject and people" value={filters.q} onChange={(q) => change({ q })} />
      <ProfileField value={filters.profileId} onChange={(profileId) => change({ profileId, mailboxId: '' })} />
      <MailboxField
        key={`mailbox ${times} ${filters.profileId}`}
        profileId={filters.profileId}
        value={filters.mailboxId}
        onChange={(mailboxId) => change({ mailboxId })}
      />
      {isFiltered && (
        <Button variant="subtle" size="compact-sm" onClick={clear}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onChange: (id: string) => void;
}

function ProfileField({ value, onChange }: FieldProps) {
  const { data } = $api.useQuery('get', '/v1/email-server-profiles', { params: { query: { limit: 200 } } });
  const profiles = data?.items ?? [];
  return (
    <Select
      aria-label="Profile"
      placeholder="All profiles"
      data={profiles.map(({ id, name }) => ({ value: id, label: name }))}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      searchable={profiles.length > 8}
      nothingFoundMessage="No profile of that name"
      clearable
      clearButtonProps={{ 'aria-label': 'All profiles' }}
      w={width}
    />
  );
}

/** Among tens of thousands a mailbox is found by a part of its address. */
function MailboxField({ profileId, value, onChange }: FieldProps & { readonly profileId: string }) {
  const address = useMailboxAddress(value || null);
  const [typed, setTyped] = useState('');
  const [opened, setOpened] = useState(false);
  const [q] = useDebouncedValue(typed.trim(), restMs);
  const isChosen = value !== '' && typed === address;
  const query = { limit: 20, ...(q === '' || isChosen ? {} : { q }), ...(profileId ? { profileId } : {}) };
  const { data, isFetching } = $api.useQuery(
    'get',
    '/v1/mailboxes',
    { params: { query } },
    { enabled: opened, placeholderData: keepPreviousData },
  );
  const found = (data?.items ?? []).map(({ id, emailAddress }) => ({ value: id, label: emailAddress }));
  const own = value && address && found.every((option) => option.value !== value) ? [{ value, label: address }] : [];
  return (
    <Select
      aria-label="Mailbox"
      placeholder="All mailboxes: type an address"
      data={[...own, ...found]}
      // The server has searched.
      filter={({ options }) => options}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      onDropdownOpen={() => setOpened(true)}
      nothingFoundMessage={isFetching || !opened ? 'Searching…' : 'No mailbox with this in its address'}
      clearable
      clearButtonProps={{ 'aria-label': 'All mailboxes' }}
      w={{ base: '100%', xs: 280 }}
    />
  );
}
