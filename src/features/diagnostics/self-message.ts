import { randomUUID } from 'node:crypto';
import type { OutgoingDraft } from '../../drivers/port/mail-item.js';
import { MailServerError } from '../../drivers/port/mail-error.js';
import { pause } from '../../platform/clock/clock.js';
import { CopySearch, type SoughtMessage } from '../mailbox-tests/copy-search.js';
import { clearInbox, clearSent } from '../mailbox-tests/test-copies.js';
import { untouched } from '../mail/outgoing/outgoing-state.js';
import { noKnowledge } from '../mail/outgoing/server-knowledge.js';
import { sendMessage, type SendPorts, type SendResult } from '../mail/outgoing/send-protocol.js';
import type { AnalysisRun } from './analysis-run.js';
import type { StepOutcome } from './diagnostic-step.js';
import { tryRemoving } from './leftovers.js';
import { explainFailure, refusesAccount } from './step-failure.js';
import { testMessage } from './test-message.js';

/** A mailbox on the same server takes a second; with a mail gateway before it, half a minute. */
const maxWaitMs = 45_000;
const pausesMs = [100, 250, 500, 1_000, 2_000];
/** Pauses between tries that failed for reasons that may pass. */
const retriesMs = [500, 2_000];

/** Step 12: sent by the protocol that sends all mail, found where all mail is found, and taken away again. */
export async function sendStep(run: AnalysisRun): Promise<StepOutcome> {
  const { address } = run.mailbox;
  const token = randomUUID();
  const message = testMessage(address, token);
  const sought: Sought = { message, token, address, sentAt: run.now(), draftId: null };
  await run.announce(token, address);
  const result = await submit(run, message);
  if (result.outcome !== 'withdrawn') sought.draftId = result.position.itemId;
  if (result.outcome === 'trouble') {
    const failure = explainFailure(result.error, run.names());
    if (failure.refusesCredentials) throw result.error;
    // Of an answer in doubt the arrival tells whether it was one of success.
    const mayBeOut = result.position.doubtful > 0;
    if (!mayBeOut || !(await waitFor(run, sought))) {
      if (failure.effectPossible || result.position.itemId !== null) await tidy(run, sought);
      return failure.outcome;
    }
    const left = await tidy(run, sought);
    const detail = `It arrived, although the answer to its submission did not say so: ${failure.outcome.detail}`;
    return { ...failure.outcome, status: 'warning', detail: left === null ? detail : `${detail} ${left}` };
  }
  const requestId = run.requestId();
  const started = performance.now();
  // Whether one that the server shows nowhere went out, its arrival tells; it is never sent a second time.
  const arrived = result.outcome !== 'withdrawn' && (await waitFor(run, sought));
  const waited = `${Math.round(performance.now() - started)} ms`;
  const left = await tidy(run, sought);
  if (!arrived) {
    run.signal.throwIfAborted();
    return notArrived(run, message, `It was sent, but did not arrive within ${waited}.`);
  }
  const detail = `It was sent, and arrived after ${waited}.`;
  if (left === null) return { status: 'passed', detail: `${detail} Both copies are deleted again.`, requestId };
  return {
    status: 'warning',
    detail: `${detail} ${left}`,
    code: 'CopyLeftBehind',
    remedy: `Delete “${message.subject}” in the inbox and in Sent Items of ${run.mailbox.address} by hand.`,
    requestId,
  };
}

/** As the runs of a worker do it, one after the other: the next one finds out how far the one before got. */
async function submit(run: AnalysisRun, message: OutgoingDraft): Promise<SendResult> {
  const ports: SendPorts = {
    session: run.session,
    // A call that is cut off leaves its outcome in doubt; an abort is heeded between the calls.
    signal: new AbortController().signal,
    // Of a server that may never be seen again nothing is kept: what is in doubt is not sent a second time.
    server: noKnowledge,
    attachments: [],
    note: async () => !run.signal.aborted,
    draft: async () => message,
  };
  let position = untouched;
  for (const ms of retriesMs) {
    const result = await sendMessage(message.marker, position, ports);
    if (result.outcome !== 'trouble' || result.verdict !== 'delay' || run.signal.aborted) return result;
    position = result.position;
    await pause(ms, run.signal);
  }
  return sendMessage(message.marker, position, ports);
}

function notArrived(run: AnalysisRun, message: OutgoingDraft, detail: string): StepOutcome {
  return {
    status: 'failed',
    detail,
    code: 'NotArrived',
    remedy:
      `Look where it is: Get-MessageTrackingLog -MessageId '${message.internetMessageId}' | Format-List Timestamp, EventId, Source\n` +
      `See whether the transport service runs and its queues move (Get-Queue), and whether a rule moves mail out of the inbox. Delete “${message.subject}” should it arrive later.`,
    requestId: run.requestId(),
  };
}

/** What is looked for, and what is known of it. */
interface Sought extends SoughtMessage {
  readonly message: OutgoingDraft;
  draftId: string | null;
}

async function waitFor(run: AnalysisRun, sought: Sought): Promise<boolean> {
  const deadline = performance.now() + maxWaitMs;
  const search = new CopySearch(run.session, sought);
  for (let look = 0; ; look += 1) {
    if ((await search.in('inbox', run.signal).catch(noneWhileAborted(run))).length > 0) return true;
    if (run.signal.aborted || performance.now() > deadline) return false;
    await pause(pausesMs[Math.min(look, pausesMs.length - 1)] ?? 1_000, run.signal);
  }
}

/** A look that fails is followed by others. */
const noneWhileAborted =
  (run: AnalysisRun) =>
  (error: unknown): string[] => {
    if (run.signal.aborted) return [];
    if (!(error instanceof MailServerError) || refusesAccount(error)) throw error;
    return [];
  };

/** Deletes every copy, also of a run that was ended early. @returns what went wrong with it, null when nothing did */
async function tidy(run: AnalysisRun, sought: Sought): Promise<string | null> {
  const { message, draftId } = sought;
  const troubles: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    if (run.credentialsRefused) return;
    await work().catch((error: unknown) => {
      const { outcome, refusesCredentials } = explainFailure(error, run.names());
      if (refusesCredentials) run.credentialsRefused = true;
      troubles.push(`The copy in ${what} could not be deleted (${outcome.code}).`);
    });
  };
  await attempt('the inbox', () => clearInbox(run.session, sought));
  // Exchange files the sent copy in a moment of its own, which may be after the arrival.
  await attempt('Sent Items', () => tryRemoving(() => clearSent(run.session, message.marker, draftId, sought)));
  return troubles.length === 0 ? null : troubles.join(' ');
}
