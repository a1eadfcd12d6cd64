import { MultiSelect, Radio, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useProfileNames } from './profile-names.js';
import { reachInWords } from './reach-words.js';

interface ReachFieldProps {
  /** Null: all, later ones too. */
  readonly value: readonly string[] | null;
  readonly onChange: (value: string[] | null) => void;
  /** What choosing all means. */
  readonly allMeans?: string;
  /** False where profiles have to be named. */
  readonly mayBeAll?: boolean;
  readonly error?: ReactNode;
}

/** Which profiles somebody or something is for. */
export function ReachField({ value, onChange, allMeans, mayBeAll = true, error }: ReachFieldProps) {
  const { names } = useProfileNames();
  const picker = (
    <MultiSelect
      label="Profiles"
      placeholder={value?.length ? undefined : 'Type a part of the name'}
      data={(names ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={[...(value ?? [])]}
      onChange={onChange}
      searchable
      limit={50}
      nothingFoundMessage="No profile has that name"
      clearButtonProps={{ 'aria-label': 'Take all profiles out' }}
      error={error}
    />
  );
  if (!mayBeAll) return picker;
  return (
    <Stack gap="xs">
      <Radio.Group
        label="For which profiles"
        value={value === null ? 'all' : 'some'}
        onChange={(choice) => onChange(choice === 'all' ? null : [])}
        error={value === null ? error : undefined}
      >
        <Stack gap={6} mt={4}>
          <Radio value="all" label="All, later ones too" description={allMeans} />
          <Radio value="some" label="Only these" />
        </Stack>
      </Radio.Group>
      {value !== null && picker}
    </Stack>
  );
}

/** The names of some profiles. @param ids null: all */
export function ReachText({ ids }: { readonly ids: readonly string[] | null }) {
  const { nameOf } = useProfileNames();
  return (
    <Text span inherit c={ids === null || ids.length > 0 ? undefined : 'dimmed'}>
      {reachInWords(ids, nameOf)}
    </Text>
  );
}
