import { Stack, Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { Section } from './section.js';

const nothingIsLost = 'Nothing is lost: mail stays on the server, and messages to send wait here.';

/** In plain words, before anything that looks technical. */
export function WhatHappened({ incident }: { readonly incident: Schema<'Incident'> }) {
  const { cause, explanation, open, scope } = incident;
  return (
    <Section id="what-happened" title="What happened">
      <Stack gap="xs">
        <Text style={{ overflowWrap: 'anywhere' }}>{cause}</Text>
        {open && explanation && (
          <>
            <Text>{explanation.meanwhile}</Text>
            <Text>
              {explanation.selfHealing
                ? 'It usually passes by itself; if it lasts, see below.'
                : 'It does not pass by itself: somebody has to mend what is said below.'}
              {scope === 'notice' ? '' : ` ${nothingIsLost}`}
            </Text>
          </>
        )}
        {open && scope === 'installation' && (
          <Text>
            Postroom checks every few seconds whether it can store data again, and then continues automatically.
          </Text>
        )}
        {open && scope === 'endpoint' && (
          <Text>
            Mail is received and sent as usual. Webhooks to this endpoint wait until someone switches it on again.
          </Text>
        )}
      </Stack>
    </Section>
  );
}
