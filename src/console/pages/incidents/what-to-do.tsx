import { Accordion, List, Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { CommandBlock } from '../../parts/command-block.js';
import { To } from '../../parts/to.js';
import { remedySteps } from './remedy-steps.js';
import { Section } from './section.js';

type Explanation = NonNullable<Schema<'Incident'>['explanation']>;

const shells: Readonly<Record<Explanation['commands'][number]['shell'], string>> = {
  'exchange-management-shell': 'Exchange Management Shell',
  'exchange-online-powershell': 'Exchange Online PowerShell',
  terminal: 'terminal of the host that runs Postroom',
  'postroom-api': 'terminal, by the API; $KEY is an API key',
};

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
        <CommandBlock key={index} purpose={purpose} shell={shells[shell]} command={command} />
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
      {remedySteps(remedy).map(({ purpose, command }, index) => (
        <CommandBlock key={index} purpose={purpose} shell="terminal, by the API" command={command} />
      ))}
    </>
  );
}
