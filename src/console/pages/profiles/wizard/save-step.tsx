import { Alert, Button, Group, Table, Text } from '@mantine/core';
import { hostOf } from '../profile-standing.js';
import { wizardSteps, type NewProfileValues } from './new-profile-values.js';
import type { TestStanding } from './test-standing.js';

interface SaveStepProps {
  readonly values: NewProfileValues;
  readonly standing: TestStanding;
  readonly onGo: (step: number) => void;
}

const testStep = wizardSteps.indexOf('Test');

/** All of it once more, and what the test said. */
export function SaveStep({ values, standing, onGo }: SaveStepProps) {
  const rows: [label: string, value: string][] = [
    ['Name', values.name],
    ['EWS address', values.ewsUrl === '' ? 'not known yet' : values.ewsUrl],
    ['Service account', `${values.username}, password given`],
    ['Opens mailboxes by', values.access === 'impersonation' ? 'impersonation' : 'delegate access'],
    ['Owner', `${values.ownerName} <${values.ownerEmail}>`],
    ['Is told of trouble', values.notifyOwner ? 'yes, by e-mail' : 'no'],
    [
      'Is told as well',
      values.escalates
        ? `${values.escalationName} <${values.escalationEmail}>, after ${values.escalateAfterMinutes} minutes`
        : 'nobody',
    ],
    [
      'Process mail from',
      values.processEmailsFrom === '' ? 'now on' : new Date(values.processEmailsFrom).toLocaleString(),
    ],
    ['Looks into a mailbox', `every ${values.minPollingIntervalSeconds} seconds at most`],
    ['Connections at once', String(values.maxConcurrentConnections)],
  ];
  return (
    <>
      <Alert color={standing.passed ? (standing.means === null ? 'green' : 'blue') : 'yellow'} title={standing.title}>
        {standing.means !== null && <Text size="sm">{standing.means}</Text>}
        {!standing.passed && (
          <Group mt="xs">
            <Button type="button" size="compact-sm" variant="default" onClick={() => onGo(testStep)}>
              Go to the test
            </Button>
          </Group>
        )}
      </Alert>
      <Table mt="md" variant="vertical" layout="fixed" aria-label={`Summary of ${hostOf(values.ewsUrl)}`}>
        <Table.Tbody>
          {rows.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th w="38%" scope="row">
                {label}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
