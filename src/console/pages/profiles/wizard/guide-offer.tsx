import { Box, Button, Collapse, Paper } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconBook } from '@tabler/icons-react';
import { $api } from '../../../api/client.js';
import { Trouble } from '../../../parts/trouble.js';
import { GuideSteps } from '../guide-steps.js';
import type { NewProfileValues } from './new-profile-values.js';

/** The set-up guide before there is a profile, with what the wizard knows so far. */
export function GuideOffer({ values }: { readonly values: NewProfileValues }) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <Box>
      <Button
        variant="default"
        leftSection={<IconBook size={16} aria-hidden />}
        onClick={toggle}
        aria-expanded={opened}
        aria-controls="setup-guide"
      >
        {opened ? 'Hide the set-up guide' : 'How to make the service account'}
      </Button>
      <Collapse expanded={opened} id="setup-guide" keepMounted={false}>
        <Paper withBorder p="md" mt="sm">
          <Guide values={values} />
        </Paper>
      </Collapse>
    </Box>
  );
}

const restMs = 300;

function Guide({ values: { serverKind, username, access } }: { readonly values: NewProfileValues }) {
  const [account] = useDebouncedValue(username.trim(), restMs);
  const guide = $api.useQuery(
    'get',
    '/v1/setup-guide',
    { params: { query: { serverKind, access, ...(account === '' ? {} : { username: account }) } } },
    { placeholderData: (before) => before, staleTime: Infinity },
  );
  if (guide.error) return <Trouble error={guide.error} />;
  return <GuideSteps guide={guide.data} />;
}
