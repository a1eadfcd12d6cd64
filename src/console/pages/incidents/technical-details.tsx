import { Accordion, ActionIcon, Code, CopyButton, Group, Table, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';

/** What an administrator of the server or a maintainer of Postroom asks for; folded. */
export function TechnicalDetails({ incident }: { readonly incident: Schema<'Incident'> }) {
  const { code, operation, message, answer, requestId, clientRequestId, count, lastAt, id } = incident;
  return (
    <Accordion variant="contained" order={2}>
      <Accordion.Item value="details">
        <Accordion.Control>Technical details</Accordion.Control>
        <Accordion.Panel>
          <Table variant="vertical" layout="fixed" withRowBorders={false} verticalSpacing={4}>
            <Table.Tbody>
              <Line name="Code" value={code} copy />
              {operation !== '' && <Line name="EWS operation" value={operation} />}
              <Line name="The server’s words" value={message} copy />
              {requestId && <Line name="Request id" value={requestId} copy />}
              {clientRequestId && <Line name="Client request id" value={clientRequestId} copy />}
              <Line name="Activity id" value={id} copy />
              <Line name="Failures so far" value={String(count)} />
              <Table.Tr>
                <Head name="Last failure" />
                <Table.Td>
                  <Moment at={lastAt} exact />
                </Table.Td>
              </Table.Tr>
            </Table.Tbody>
          </Table>
          {answer !== null && (
            <>
              <Text size="sm" mt="sm" mb={4}>
                The beginning of the server’s answer:
              </Text>
              <Code block tabIndex={0} role="region" aria-label="The beginning of the server’s answer" mah={320}>
                {answer}
              </Code>
            </>
          )}
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

const Head = ({ name }: { readonly name: string }) => (
  <Table.Th scope="row" w={132} bg="transparent" fw={500} c="dimmed">
    {name}
  </Table.Th>
);

interface LineProps {
  readonly name: string;
  readonly value: string;
  readonly copy?: boolean;
}

function Line({ name, value, copy = false }: LineProps) {
  return (
    <Table.Tr>
      <Head name={name} />
      <Table.Td>
        <Group gap={4} wrap="nowrap" align="flex-start">
          <Text size="sm" style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
            {value}
          </Text>
          {copy && (
            <CopyButton value={value}>
              {({ copied, copy: toClipboard }) => (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  flex="none"
                  onClick={toClipboard}
                  aria-label={copied ? 'Copied' : `Copy: ${name}`}
                >
                  {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                </ActionIcon>
              )}
            </CopyButton>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
