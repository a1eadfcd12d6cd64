import { Button, CopyButton, Group, Paper, Skeleton, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { $api, api, unwrap } from '../../../api/client.js';
import { readsFrom } from '../../../api/queries.js';
import { AskButton } from '../../../parts/ask-button.js';
import { Moment } from '../../../parts/moment.js';
import { useSay } from '../../../parts/said.js';
import { Trouble } from '../../../parts/trouble.js';
import { useMay } from '../../../session/session.js';
import { AnalysisReport } from './analysis-result.js';

interface ReportPanelProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** A kept report: its steps, a link for people without a way in, and its end. */
export function ReportPanel({ id, onClose }: ReportPanelProps) {
  const mayWrite = useMay('write');
  const say = useSay();
  const queries = useQueryClient();
  const report = $api.useQuery('get', '/v1/diagnostics/{id}', { params: { path: { id } } });
  const refresh = () => void queries.invalidateQueries({ predicate: readsFrom(['/v1/diagnostics']) });
  const remove = async () => {
    unwrap(await api.DELETE('/v1/diagnostics/{id}', { params: { path: { id } } }));
    onClose();
    say.done('The report is deleted.');
    queries.removeQueries({ predicate: readsFrom(['/v1/diagnostics/{id}']) });
    refresh();
  };
  return (
    <Paper withBorder p="md" maw={820} component="section" aria-labelledby="report">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="report">
          Report{' '}
          {report.data && (
            <>
              of <Moment at={report.data.createdAt} exact />
            </>
          )}
        </Title>
        <Button variant="default" size="compact-sm" onClick={onClose}>
          Close
        </Button>
      </Group>
      <Trouble error={report.error} onRetry={() => void report.refetch()} />
      {report.isPending && <Skeleton height={200} />}
      {report.data && (
        <>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {report.data.emailAddress ?? 'No mailbox'}, {report.data.ewsUrl ?? 'no server found'}; kept until{' '}
            <Moment at={report.data.keptUntil} exact />
          </Text>
          <AnalysisReport steps={report.data.steps} summary={report.data} />
          {mayWrite && (
            <Group mt="md" align="flex-start">
              <ShareLink id={id} sharedUntil={report.data.sharedUntil} onChange={refresh} />
              <AskButton label="Delete the report" title="Delete the report?" onConfirm={remove}>
                Its steps and its link are gone then, and cannot be brought back. The profile stays as it is.
              </AskButton>
            </Group>
          )}
        </>
      )}
    </Paper>
  );
}

interface ShareLinkProps {
  readonly id: string;
  readonly sharedUntil: string | null;
  readonly onChange: () => void;
}

const sharedHours = 168;

function ShareLink({ id, sharedUntil, onChange }: ShareLinkProps) {
  const say = useSay();
  const share = useMutation({
    mutationFn: async () =>
      unwrap(
        await api.POST('/v1/diagnostics/{id}/share', {
          params: { path: { id } },
          body: { expiresInHours: sharedHours },
        }),
      ),
    onSuccess: onChange,
  });
  const unshare = async () => {
    unwrap(await api.DELETE('/v1/diagnostics/{id}/share', { params: { path: { id } } }));
    share.reset();
    say.done('No link shows the report any more.');
    onChange();
  };
  const url = share.data?.url ? new URL(share.data.url, window.location.origin).href : null;
  return (
    <>
      {url !== null && (
        <Group w="100%" align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            label="Link to the report"
            description="Shown this once. Whoever has it reads the report for seven days, without signing in."
            readOnly
            value={url}
            style={{ flex: 1 }}
          />
          <CopyButton value={url}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy the link'}</Button>}
          </CopyButton>
        </Group>
      )}
      <Trouble error={share.error} />
      <AskButton
        label={sharedUntil === null ? 'Share by a link' : 'Make a new link'}
        title="Share the report by a link?"
        harmless
        onConfirm={() => share.mutateAsync()}
      >
        Whoever has the link reads the report without signing in, for seven days. It names the server, the service
        account and the mailboxes. {sharedUntil !== null && 'The earlier link ends.'}
      </AskButton>
      {sharedUntil !== null && (
        <AskButton label="End the link" title="End the link?" onConfirm={unshare}>
          Nobody reads the report by it any more. Another one can be made.
        </AskButton>
      )}
    </>
  );
}
