import { SegmentedControl, Stack } from '@mantine/core';
import { $api } from '../../../api/client.js';
import type { Schema } from '../../../api/schemas.js';
import { Trouble } from '../../../parts/trouble.js';
import { useUrlText } from '../../../parts/use-url-text.js';
import { GuideSteps } from '../guide-steps.js';

type Kind = Schema<'SetupGuide'>['serverKind'];

const kinds: { value: Kind; label: string }[] = [
  { value: 'exchange-server', label: 'On-premises' },
  { value: 'exchange-online', label: 'Exchange Online' },
];

/** What the administrator of the server does once, with the account of the profile filled in. */
export function GuideTab({ profile: { id } }: { readonly profile: Schema<'EmailServerProfile'> }) {
  const [wanted, setWanted] = useUrlText('server');
  const kind = kinds.find(({ value }) => value === wanted)?.value;
  const guide = $api.useQuery(
    'get',
    '/v1/email-server-profiles/{id}/setup-guide',
    { params: { path: { id }, query: kind ? { serverKind: kind } : {} } },
    { placeholderData: (before) => before },
  );
  return (
    <Stack maw={900}>
      <SegmentedControl
        aria-label="Kind of server"
        data={kinds}
        value={kind ?? guide.data?.serverKind ?? 'exchange-server'}
        onChange={setWanted}
        w="fit-content"
      />
      {guide.error ? (
        <Trouble error={guide.error} onRetry={() => void guide.refetch()} />
      ) : (
        <GuideSteps guide={guide.data} />
      )}
    </Stack>
  );
}
