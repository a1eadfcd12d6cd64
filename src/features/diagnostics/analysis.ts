import { AnalysisRun } from './analysis-run.js';
import type { AnalysisTarget } from './analysis-target.js';
import { stepOf, type DiagnosticStep, type StepId, type StepOutcome, type StepStatus } from './diagnostic-step.js';
import {
  canaryStep,
  comparisonOf,
  createStep,
  deleteStep,
  findStep,
  impersonationStep,
  readStep,
} from './mailbox-steps.js';
import type { ServerProbes } from '../profiles/server-probes.js';
import { sendStep } from './self-message.js';
import { authenticationStep, autodiscoverStep, credentialsStep, dnsStep, tcpStep, tlsStep } from './server-steps.js';
import { polisher } from './shown-step.js';
import { explainFailure } from './step-failure.js';
import { orderOf, skipReason } from './step-plan.js';
import { summaryOf, type Summary } from './verdict.js';

/** The whole run, but for what tidies up behind it. */
const analysisLimitMs = 240_000;

export interface AnalysisOptions {
  readonly probes: Pick<ServerProbes, 'createProbe' | 'discover'>;
  readonly now: () => Date;
  /**
   * Makes a message from the mailbox to itself known to those who receive its mail, before it is sent. Left out
   * where nobody can be told: then it may be received as mail before it is taken away.
   * @param token names the message
   */
  readonly announce?: (token: string, address: string) => Promise<void>;
  /** The caller went away: nothing more is begun, and what was left in the mailbox is taken away. */
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
  /** Each step as it ends, in that order; nothing in it is secret. */
  readonly onStep: (step: DiagnosticStep) => void;
  /** An error of our own, for the log. */
  readonly onBug?: (error: unknown, step: StepId) => void;
}

export interface Analysis {
  readonly ewsUrl: string | null;
  readonly steps: readonly DiagnosticStep[];
  readonly summary: Summary;
}

const carryOut: Readonly<Record<StepId, (run: AnalysisRun) => Promise<StepOutcome>>> = {
  dns: dnsStep,
  tcp: tcpStep,
  tls: tlsStep,
  authentication: authenticationStep,
  credentials: credentialsStep,
  autodiscover: autodiscoverStep,
  impersonation: impersonationStep,
  canary: canaryStep,
  create: createStep,
  read: readStep,
  delete: deleteStep,
  send: sendStep,
  find: findStep,
};

/**
 * Walks from the name of a server to its mail, one step at a time over one connection, and says what each
 * step found. A password that is refused is tried once. Rejects for errors of its caller only.
 */
export async function analyse(target: AnalysisTarget, options: AnalysisOptions): Promise<Analysis> {
  const started = performance.now();
  const clock = new StopSignal(options.signal, options.limitMs ?? analysisLimitMs);
  const run = new AnalysisRun(
    target,
    options.probes,
    options.now,
    options.announce ?? (async () => undefined),
    clock.signal,
  );
  const polish = polisher(target.auth);
  const results = new Map<StepId, StepStatus>();
  const steps: DiagnosticStep[] = [];
  try {
    for (const id of orderOf(target)) {
      const { credentialsRefused } = run;
      const state = {
        target,
        results,
        draftMayExist: run.draft !== null,
        credentialsRefused,
        stopped: clock.stopped,
      };
      const reason = skipReason(id, state);
      const begun = performance.now();
      const outcome: StepOutcome =
        reason === null ? await takeStep(run, id, clock, options) : { status: 'skipped', detail: reason };
      const step = polish.step(stepOf(id, outcome, reason === null ? performance.now() - begun : 0));
      results.set(id, step.status);
      steps.push(step);
      options.onStep(step);
    }
  } finally {
    clock.clear();
    await run.close();
  }
  const summary = summaryOf(steps, comparisonOf(run, clock.stopped), performance.now() - started);
  return {
    ewsUrl: polish.address(run.ewsUrl),
    steps,
    summary: { ...summary, verdict: polish.verdict(summary.verdict) },
  };
}

async function takeStep(
  run: AnalysisRun,
  id: StepId,
  clock: StopSignal,
  options: AnalysisOptions,
): Promise<StepOutcome> {
  try {
    return await carryOut[id](run);
  } catch (error) {
    // What an abort leaves behind says nothing of the server.
    if (clock.stopped !== null && run.signal.aborted) return clock.outcome();
    const failure = explainFailure(error, run.names(id === 'canary' ? run.target.canary : run.target.mailbox));
    if (failure.refusesCredentials) run.credentialsRefused = true;
    if (failure.isOurs) options.onBug?.(error, id);
    return failure.outcome;
  }
}

/** Ends a run when its caller has gone or its time is over, and knows which. */
class StopSignal {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly leave = () => this.stop('The run was ended early: whoever asked for it went away.');
  private timedOut = false;
  stopped: string | null = null;

  constructor(
    private readonly caller: AbortSignal | undefined,
    limitMs: number,
  ) {
    this.timer = setTimeout(() => {
      this.timedOut = true;
      this.stop(`The time of the run, ${Math.round(limitMs / 1_000)} s, was over.`);
    }, limitMs);
    caller?.addEventListener('abort', this.leave, { once: true });
    if (caller?.aborted) this.leave();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Of the step that was under way. */
  outcome(): StepOutcome {
    const detail = this.stopped ?? '';
    if (!this.timedOut) return { status: 'skipped', detail };
    const remedy = 'The server answers too slowly to be used. Look at its load, and run the analysis again.';
    return { status: 'failed', detail: `${detail} This step was still under way.`, code: 'TimedOut', remedy };
  }

  clear(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener('abort', this.leave);
  }

  private stop(reason: string): void {
    if (this.stopped !== null) return;
    this.stopped = reason;
    this.controller.abort();
  }
}
