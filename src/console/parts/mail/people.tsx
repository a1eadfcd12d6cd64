import { Button, Text } from '@mantine/core';
import { useState } from 'react';

export interface Person {
  readonly name: string | null;
  readonly address: string | null;
}

/** What to call somebody where there is room for one thing. */
export const shortName = ({ name, address }: Person): string => name || address || 'somebody unnamed';

/** A name is written by strangers, so the address stands beside it, and neither can turn the other around. */
export function PersonText({ name, address }: Person) {
  if (!name || name === address) return <bdi>{address ?? name ?? 'somebody unnamed'}</bdi>;
  return (
    <>
      <bdi>{name}</bdi>{' '}
      {address !== null && (
        <Text span inherit c="dimmed" fw={400}>
          &lt;<bdi>{address}</bdi>&gt;
        </Text>
      )}
    </>
  );
}

const shownAtFirst = 8;

/** Recipients; of hundreds the first ones, until somebody asks for all. */
export function People({ people }: { readonly people: readonly Person[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? people : people.slice(0, shownAtFirst);
  const more = people.length - shown.length;
  return (
    <>
      {shown.map((person, index) => (
        <Text key={index} component="span" inherit display="block">
          <PersonText {...person} />
        </Text>
      ))}
      {more > 0 && (
        <Button variant="subtle" size="compact-sm" ml={-8} onClick={() => setAll(true)}>
          and {more} more
        </Button>
      )}
    </>
  );
}
