import { Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { counted, mailboxes as mailboxesOf } from '../../parts/incidents/counted.js';
import { Moment } from '../../parts/moment.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Section } from './section.js';

type Incident = Schema<'Incident'>;
type Member = Incident['mailboxes'][number];

const columns = (isNotice: boolean): readonly Column<Member>[] => [
  { head: 'Mailbox', cell: ({ id, emailAddress }) => <To href={`/mailboxes/${id}`}>{emailAddress}</To> },
  { head: isNotice ? 'Since' : 'Stopped', cell: ({ stoppedAt }) => <Moment at={stoppedAt} /> },
  {
    head: 'Recovered',
    cell: ({ recoveredAt }) => (recoveredAt ? <Moment at={recoveredAt} /> : isNotice ? 'not yet' : 'still stands'),
  },
];

/** Whom it concerns: of a crowd the first 200. */
export function AffectedMailboxes({ incident }: { readonly incident: Incident }) {
  const { scope, mailboxes, affectedMailboxes: affected } = incident;
  if (scope === 'endpoint' || scope === 'installation') return null;
  return (
    <Section id="mailboxes" title={affected === 0 ? 'Who is affected' : `Who is affected: ${mailboxesOf(affected)}`}>
      {affected === 0 ? (
        <Everybody incident={incident} />
      ) : (
        <>
          {affected > mailboxes.length && (
            <Text size="sm" c="dimmed" mb="xs">
              The first {counted(mailboxes.length, 'mailbox', 'mailboxes')}, those that stand still first.{' '}
              <AllOf incident={incident} />
            </Text>
          )}
          <Rows
            caption="Affected mailboxes"
            columns={columns(scope === 'notice')}
            rows={mailboxes}
            keyOf={({ id }) => id}
          />
        </>
      )}
    </Section>
  );
}

function AllOf({ incident: { profileId, open, code } }: { readonly incident: Incident }) {
  if (profileId === null || !open) return null;
  const filters = new URLSearchParams({ profileId, state: 'failed', cause: code });
  return (
    <To href={`/mailboxes?${filters}`} underline="always">
      All that are failed
    </To>
  );
}

function Everybody({ incident: { profileId, open } }: { readonly incident: Incident }) {
  if (profileId === null)
    return (
      <Text>{`All mailboxes of the profiles at this server ${open ? 'wait' : 'waited'} until it ${open ? 'answers' : 'answered'}.`}</Text>
    );
  return (
    <Text>
      <To href={`/mailboxes?${new URLSearchParams({ profileId })}`} underline="always">
        All mailboxes of the profile
      </To>{' '}
      {open ? 'wait until it is mended.' : 'waited.'}
    </Text>
  );
}
