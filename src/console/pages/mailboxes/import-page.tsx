import { Alert, Button, Group, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { mailboxesCounted } from './counted.js';
import { ImportChoices } from './import-choices.js';
import { fateCounts, type ImportChoice } from './import-plan.js';
import { ImportPreview } from './import-preview.js';
import type { ReadImport } from './import-rows.js';
import { ImportSource } from './import-source.js';
import { ImportSummary } from './import-summary.js';
import { LongWork } from './long-work.js';
import { useImport } from './use-import.js';
import { useProfiles } from './use-profiles.js';

const nothing: ReadImport = { rows: [], ignored: [], fault: null };
const nobody: readonly never[] = [];

/** Brings in mailboxes from a list: read, check each row with the API, and only then make them. */
export default function Page() {
  const mayWrite = useMay('write');
  const profiles = useProfiles();
  const [read, setRead] = useState(nothing);
  const [params] = useSearchParams();
  const [chosen, setChosen] = useState<ImportChoice>(() => ({
    // The page of a profile leads here for that profile.
    profileId: params.get('profileId') ?? '',
    incoming: true,
    outgoing: true,
    start: 'now',
  }));
  const [onlyProfile, another] = profiles.data ?? nobody;
  // Where there is one profile only, there is nothing to choose.
  const only = another ? undefined : onlyProfile?.id;
  const choice = useMemo(
    () => (chosen.profileId === '' && only !== undefined ? { ...chosen, profileId: only } : chosen),
    [chosen, only],
  );
  const work = useImport(read.rows, choice, profiles.data ?? nobody);
  const check = () => {
    // From here on it is chosen, whatever becomes of the list of profiles.
    setChosen(choice);
    void work.check();
  };
  const head = <PageHead title="Import mailboxes" about="From a CSV file, a spreadsheet, or addresses one a line." />;
  if (!mayWrite)
    return (
      <>
        {head}
        <NothingHere title="You may look, but not import" action={<To href="/mailboxes">To the mailboxes</To>}>
          Your role shows everything and changes nothing. Ask an administrator, or the owner of the profile.
        </NothingHere>
      </>
    );
  if (profiles.data?.length === 0)
    return (
      <>
        {head}
        <NothingHere title="There is no profile yet" action={<To href="/profiles/new">Set up a profile</To>}>
          A profile names the mail server and the account that opens the mailboxes. Each mailbox belongs to one.
        </NothingHere>
      </>
    );
  if (work.outcome && !work.progress && work.isComplete)
    return (
      <>
        {head}
        <ImportSummary outcome={work.outcome} choice={choice} onAgain={() => setRead(nothing)} />
      </>
    );
  const counts = fateCounts(work.preview);
  return (
    <>
      {head}
      <Trouble error={profiles.error} />
      <ImportSource onRead={setRead} isDisabled={work.progress !== null} />
      {read.fault !== null && (
        <Alert color="red" role="alert" title="This cannot be read" mb="md">
          {read.fault}
        </Alert>
      )}
      {read.rows.length > 0 && (
        <>
          <ImportChoices
            choice={choice}
            onChange={setChosen}
            profiles={profiles.data ?? nobody}
            isDisabled={work.progress !== null || work.outcome !== null}
          />
          {read.ignored.length > 0 && (
            <Text size="sm" mb="sm">
              These columns are left out: {read.ignored.join(', ')}.
            </Text>
          )}
          <Trouble error={work.error} />
          {work.progress ? (
            <LongWork progress={work.progress} onStop={work.stop} />
          ) : (
            <Group mb="md">
              {work.outcome ? (
                <Button onClick={() => void work.carryOut()}>Go on importing</Button>
              ) : work.isChecked ? (
                <Button disabled={counts.new === 0} onClick={() => void work.carryOut()}>
                  {counts.new === 0 ? 'Nothing to import' : `Import ${mailboxesCounted(counts.new)}`}
                </Button>
              ) : (
                <Button disabled={counts.unknown === 0} onClick={check}>
                  Check {counts.unknown === 1 ? 'the row' : 'the rows'}
                </Button>
              )}
              <Text size="sm" c="dimmed">
                {work.isChecked ? 'Nothing is made before you press it.' : 'Checking makes nothing.'}
              </Text>
            </Group>
          )}
          <ImportPreview rows={work.outcome ?? work.preview} profiles={profiles.data ?? nobody} />
        </>
      )}
    </>
  );
}
