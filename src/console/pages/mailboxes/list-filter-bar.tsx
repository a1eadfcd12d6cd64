import { Chip, Group, Select, Stack } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import { SearchBox } from '../../parts/search-box.js';
import { mailboxStates } from '../../parts/state-badge.js';
import { figure } from './counted.js';
import { countsQuery, type ListFilters, type MailboxState } from './list-filters.js';
import { useProfiles } from './use-profiles.js';

interface FilterBarProps {
  readonly filters: ListFilters;
  readonly onChange: (change: Partial<ListFilters>) => void;
}

const approvals = [
  { value: 'false', label: 'Waiting for approval' },
  { value: 'true', label: 'Approved' },
];

/** What narrows the list: words, state with how many are in each, profile, cause, approval. */
export function ListFilterBar({ filters, onChange }: FilterBarProps) {
  const profiles = useProfiles();
  const profileId = filters.profileId || undefined;
  const causes = $api.useQuery('get', '/v1/mailboxes/causes', { params: { query: { profileId } } });
  const causeOptions = (causes.data?.items ?? []).map(({ code, title, mailboxes }) => ({
    value: code,
    label: `${title} (${figure(mailboxes)})`,
  }));
  // A cause that stops none any more can still stand in a bookmarked address.
  if (filters.cause !== '' && !causeOptions.some(({ value }) => value === filters.cause))
    causeOptions.push({
      value: filters.cause,
      label: causes.data ? `Stops no mailbox now: ${filters.cause}` : `Cause ${filters.cause}`,
    });
  const select = { clearable: true, searchable: true, comboboxProps: { width: 'max-content' as const } };
  const width = { base: '100%', xs: 200 };
  return (
    <Stack gap="sm" mb="md" component="section" aria-label="Filters">
      <Group gap="xs">
        <SearchBox label="Search by address or name" value={filters.q} onChange={(q) => onChange({ q })} />
        <Select
          {...select}
          aria-label="Profile"
          placeholder="Every profile"
          w={width}
          data={(profiles.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={filters.profileId || null}
          onChange={(value) => onChange({ profileId: value ?? '' })}
        />
        <Select
          {...select}
          aria-label="Cause"
          placeholder="Whatever the cause"
          w={width}
          data={causeOptions}
          value={filters.cause || null}
          onChange={(value) => onChange({ cause: value ?? '' })}
          nothingFoundMessage="Nothing stops any mailbox"
        />
        <Select
          {...select}
          searchable={false}
          aria-label="Approval"
          placeholder="Approved or not"
          w={width}
          data={approvals}
          value={filters.approved || null}
          onChange={(value) => onChange({ approved: value === 'true' || value === 'false' ? value : '' })}
        />
      </Group>
      <StateChips filters={filters} onChange={onChange} />
    </Stack>
  );
}

function StateChips({ filters, onChange }: FilterBarProps) {
  const { data } = $api.useQuery(
    'get',
    '/v1/mailboxes/counts',
    { params: { query: countsQuery(filters) } },
    { placeholderData: keepPreviousData },
  );
  const { states } = filters;
  const toggled = (state: MailboxState) =>
    states.includes(state) ? states.filter((one) => one !== state) : [...states, state];
  const label = (name: string, count: number | undefined) => (count === undefined ? name : `${name} ${figure(count)}`);
  return (
    <Group gap="xs" role="group" aria-label="State">
      <Chip size="sm" checked={states.length === 0} onChange={() => onChange({ states: [] })}>
        {label('all', data?.total)}
      </Chip>
      {mailboxStates.map((state) => (
        <Chip
          key={state}
          size="sm"
          checked={states.includes(state)}
          onChange={() => onChange({ states: toggled(state) })}
        >
          {label(state, data?.byState[state])}
        </Chip>
      ))}
    </Group>
  );
}
