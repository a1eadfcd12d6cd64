import { Accordion, List, Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { CommandBlock } from '../../parts/command-block.js';
import { Remedy } from '../../parts/remedy.js';
import { shellWords } from '../../parts/shell-words.js';
import { To } from '../../parts/to.js';
import { Section } from './section.js';

type Explanation = NonNullable<Schema<'Incident'>['explanation']>;

/** Likely causes, advice, and each command to copy; folded once it is over. */
export function WhatToDo({ incident }: { readonly incident: Schema<'Incident'> }) {
  const { explanation, open } = incident;
  const remedy = explanation ? <Explained explanation={explanation} /> : <EndpointRemedy incident={incident} />;
  if (open)
    return (
      <Section id="what-to-do" title="What to do">
        {remedy}
      </Section>
    );
  return (
    <Accordion variant="contained" order={2}>
      <Accordion.Item value="what-to-do">
        <Accordion.Control>What there was to do</Accordion.Control>
        <Accordion.Panel>{remedy}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Explained({ explanation: { causes, advice, commands } }: { readonly explanation: Explanation }) {
  return (
    <>
      {causes.length > 0 && (
        <>
          <Text mb={4}>Likely causes, the likeliest first:</Text>
          <List type="ordered" mb="sm" spacing={4}>
            {causes.map((cause) => (
              <List.Item key={cause} style={{ overflowWrap: 'anywhere' }}>
                {cause}
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Text mb="sm" style={{ overflowWrap: 'anywhere' }}>
        {advice}
      </Text>
      {commands.map(({ purpose, shell, command }, index) => (
        <CommandBlock key={index} purpose={purpose} shell={shellWords[shell]} command={command} />
      ))}
    </>
  );
}

function EndpointRemedy({ incident: { remedy, open } }: { readonly incident: Schema<'Incident'> }) {
  return (
    <>
      {open && (
        <Text mb="sm">
          Under{' '}
          <To href="/settings/webhooks" underline="always">
            Settings, Webhooks
          </To>{' '}
          you can test it, switch it on and send again what it missed. These commands do the same; $KEY is an API key
          with the scope admin.
        </Text>
      )}
      <Remedy text={remedy} />
    </>
  );
}
