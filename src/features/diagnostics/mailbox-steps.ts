import { MailServerError } from '../../drivers/port/mail-error.js';
import type { FoundPage, ListingLimitation } from '../../drivers/port/mail-server.js';
import type { AnalysisRun } from './analysis-run.js';
import type { StepOutcome } from './diagnostic-step.js';
import { removeMarked } from './leftovers.js';
import { explainFailure } from './step-failure.js';
import { testMessage } from './test-message.js';
import { denialVerdict } from './verdict.js';

const inbox = { distinguished: 'inbox' } as const;
const dayMs = 24 * 60 * 60_000;
const listed = 100;
/** A listing that takes longer makes every poll long. */
const slowListingMs = 5_000;

/** Step 7. */
export async function impersonationStep(run: AnalysisRun): Promise<StepOutcome> {
  try {
    const { displayName, totalCount } = await run.session.openFolder(inbox, run);
    run.mailboxOpened = true;
    const items = totalCount === null ? '' : ` It holds ${totalCount} items.`;
    const how = run.target.access === 'impersonation' ? 'opens as its owner' : 'opens by delegate access';
    const detail = `${run.mailbox.address} ${how}; its inbox is called ${displayName}.${items}`;
    return { status: 'passed', detail, requestId: run.requestId() };
  } catch (error) {
    run.mailboxDenied = error instanceof MailServerError && explainFailure(error, run.names()).isDenial;
    throw error;
  }
}

/** Step 8: whether the trouble is that of one mailbox. */
export async function canaryStep(run: AnalysisRun): Promise<StepOutcome> {
  const { canary, mailbox } = run.target;
  if (canary === null) throw new Error('there is no canary');
  try {
    await run.sessionOf(canary).openFolder(inbox, run);
  } catch (error) {
    if (!(error instanceof MailServerError)) throw error;
    const failure = explainFailure(error, run.names(canary));
    // Here, too, one refusal is enough; the run takes note of it.
    if (failure.refusesCredentials) throw error;
    if (failure.isDenial) run.canaryOutcome = 'denied';
    const { outcome } = failure;
    if (run.mailboxDenied && failure.isDenial) return { ...outcome, detail: compared(run) };
    if (mailbox === null) return outcome;
    const text = `${canary.address} does not open. ${outcome.detail}`;
    return { ...outcome, detail: text, status: run.mailboxOpened ? 'warning' : 'failed' };
  }
  run.canaryOutcome = 'opened';
  const requestId = run.requestId();
  if (run.mailboxDenied) return { status: 'passed', detail: compared(run), requestId };
  const detail =
    run.mailboxOpened || mailbox === null
      ? `${canary.address} opens.`
      : `${canary.address} opens: the trouble is that of ${mailbox.address} alone.`;
  return { status: 'passed', detail, requestId };
}

const compared = (run: AnalysisRun): string => denialVerdict(comparisonOf(run, null), null).text;

export const comparisonOf = (run: AnalysisRun, stopped: string | null) => ({
  username: run.target.auth.username,
  mailbox: run.target.mailbox?.address ?? null,
  canary: run.target.canary?.address ?? null,
  mailboxDenied: run.mailboxDenied,
  canaryOutcome: run.canaryOutcome,
  delegation: run.target.access === 'delegation',
  credentialsRefused: run.credentialsRefused,
  stopped,
});

/** Step 9. Not cut off by an abort: the draft is easier to remove once its id is known. */
export async function createStep(run: AnalysisRun): Promise<StepOutcome> {
  const draft = testMessage(run.mailbox.address);
  run.draft = { marker: draft.marker, subject: draft.subject, itemId: null };
  try {
    run.draft.itemId = (await run.session.saveDraft(draft)).id;
  } catch (error) {
    if (error instanceof MailServerError && !error.details.effectPossible) run.draft = null;
    throw error;
  }
  return { status: 'passed', detail: `“${draft.subject}” lies in Drafts.`, requestId: run.requestId() };
}

/** Step 10. */
export async function readStep(run: AnalysisRun): Promise<StepOutcome> {
  const { itemId } = requiredDraft(run);
  if (itemId === null) throw new Error('a draft without an id is not read');
  const [result] = await run.session.fetchItems([itemId], run);
  if (result?.ok === false) throw result.error;
  const bytes = result?.item.mime?.length ?? null;
  const detail = bytes === null ? 'It is read, without its MIME.' : `It is read, ${bytes} bytes of MIME.`;
  return { status: 'passed', detail, requestId: run.requestId() };
}

/** Step 11, whatever came before and whoever went away. */
export async function deleteStep(run: AnalysisRun): Promise<StepOutcome> {
  const { marker, subject, itemId } = requiredDraft(run);
  try {
    const removed = await removeMarked(run.session, marker, itemId);
    run.draft = null;
    const requestId = run.requestId();
    if (removed > 0) return { status: 'passed', detail: 'It is gone for good.', requestId };
    const detail = 'The answer to its creation was lost, and no draft is to be found: none was made.';
    return { status: 'passed', detail, requestId };
  } catch (error) {
    const { outcome, refusesCredentials } = explainFailure(error, run.names());
    if (refusesCredentials) run.credentialsRefused = true;
    const remedy = `Delete the draft “${subject}” in ${run.mailbox.address} by hand.\n${outcome.remedy ?? ''}`;
    return { ...outcome, remedy: remedy.trim() };
  }
}

function requiredDraft(run: AnalysisRun) {
  if (run.draft === null) throw new Error('there is no draft');
  return run.draft;
}

/**
 * Step 13. What the server refuses of the question is a warning and no failure: receiving gets along without, and
 * that it does is seen here by the listing that it then uses.
 */
export async function findStep(run: AnalysisRun): Promise<StepOutcome> {
  const since = new Date(run.now().getTime() - dayMs);
  const started = performance.now();
  const page = await listedSince(run, since);
  const ms = Math.round(performance.now() - started);
  const requestId = run.requestId();
  if (page === null) return { status: 'warning', ...limitations['no-dates'], requestId };
  const { items, last, limitation } = page;
  const count = last ? `${items.length}` : `more than ${items.length}`;
  const detail = `${count} messages of the last day were listed in ${ms} ms.`;
  if (limitation !== null) {
    const limited = limitations[limitation];
    return { status: 'warning', ...limited, detail: `${limited.detail} ${detail}`, requestId };
  }
  if (ms < slowListingMs) return { status: 'passed', detail, requestId };
  return {
    status: 'warning',
    detail,
    code: 'SlowListing',
    remedy: 'Every poll takes as long. Look at the load of the server, and at folders with very many items.',
    requestId,
  };
}

/** @returns null when the server lists nothing by date, but does list by changes */
async function listedSince(run: AnalysisRun, since: Date): Promise<FoundPage | null> {
  try {
    return await run.session.findReceivedSince(inbox, since, { offset: 0, limit: listed }, run);
  } catch (error) {
    if (!(error instanceof MailServerError) || error.details.queryRefusal === null) throw error;
    await run.session.syncFolder(inbox, null, 1, run);
    return null;
  }
}

const limitations: Readonly<Record<ListingLimitation | 'no-dates', { detail: string; code: string; remedy: string }>> =
  {
    'no-sorting': {
      detail: 'The server refuses to sort a listing by date. Postroom takes the order as it comes.',
      code: 'NoSorting',
      remedy: 'Nothing: mail is received all the same. The first import of a large folder takes longer.',
    },
    'no-restrictions': {
      detail: 'The server refuses to select by date. Postroom lists everything and selects by itself.',
      code: 'NoRestrictions',
      remedy: 'Nothing: mail is received all the same. The first import and the audit of a large folder take longer.',
    },
    'no-dates': {
      detail:
        'The server refuses every listing by date. Postroom follows the changes of its folders (SyncFolderItems).',
      code: 'NoListingByDate',
      remedy: 'Nothing: mail is received all the same. The first import of a large folder takes longer.',
    },
  };
