import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../platform/http/problem.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { beyondOwnReach } from '../identity/api-keys/api-keys.js';
import type { Caller } from '../identity/callers/caller.js';
import { allows } from '../identity/callers/scope.js';
import { OwnTestsStore } from '../mailboxes/own-tests.store.js';
import { ProfileConnections } from '../profiles/profile-connections.js';
import { ServerProbes } from '../profiles/server-probes.js';
import { analyse, type Analysis } from './analysis.js';
import type { AnalysisTarget, TargetMailbox } from './analysis-target.js';
import { describedTarget, named } from './described-target.js';
import type { DiagnosticStep } from './diagnostic-step.js';
import { DiagnosticMailboxesStore } from './diagnostic-mailboxes.store.js';
import { DiagnosticReports } from './diagnostic-reports.js';
import type { NewDiagnostics } from './diagnostics.schemas.js';

/** Analyses that one process runs at a time. People ask for them one by one; more are a mistake. */
const maxRuns = 4;

export const tooManyDiagnostics = defineProblem({
  code: 'too-many-diagnostics',
  status: 429,
  title: 'Too many connectivity analyses run at the moment',
  retryable: true,
  remediation: 'Wait until one of them has ended, usually less than a minute, and ask again.',
});

/** What a caller asked for, with everything looked up that can be refused. */
export interface PreparedDiagnostics {
  readonly target: AnalysisTarget;
  readonly profileId: string | null;
  readonly by: { readonly id: string; readonly name: string };
  readonly keep: boolean;
}

export interface RunningDiagnostics {
  /** Each step as it ends. `signal`: the caller went away. */
  finish(onStep: (step: DiagnosticStep) => void, signal: AbortSignal): Promise<Analysis & { reportId: string | null }>;
  /** Gives the place back; to be called whatever came of it. */
  release(): void;
}

/** Runs connectivity analyses for callers of the API. */
@Injectable()
export class Diagnostics implements OnModuleDestroy {
  private stopping = false;
  private readonly underWay = new Map<AbortController, Promise<unknown>>();
  private taken = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly connections: ProfileConnections,
    private readonly probes: ServerProbes,
    private readonly mailboxes: DiagnosticMailboxesStore,
    private readonly reports: DiagnosticReports,
    private readonly ownTests: OwnTestsStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @throws Problem not-found, missing-scope, beyond-own-reach */
  async prepare(body: NewDiagnostics, caller: Caller): Promise<PreparedDiagnostics> {
    const by = { id: caller.id, name: caller.name };
    const { profileId, keep } = body;
    if (profileId === undefined) return { target: freeTarget(body, caller), profileId: null, by, keep };
    if (!caller.sees(profileId)) throw new Problem(problems.notFound, `There is no profile ${profileId}.`);
    const target = await this.savedTarget(profileId, body);
    return { target, profileId, by, keep };
  }

  /** Takes a place among the runs of this process. @throws Problem too-many-diagnostics */
  begin(prepared: PreparedDiagnostics): RunningDiagnostics {
    if (this.stopping) throw new Problem(problems.unavailable, 'the process stops', { retryAfterSeconds: 5 });
    if (this.taken >= maxRuns)
      throw new Problem(tooManyDiagnostics, `${maxRuns} run in this process`, { retryAfterSeconds: 15 });
    this.taken += 1;
    let holds = true;
    return {
      release: () => {
        if (holds) this.taken -= 1;
        holds = false;
      },
      finish: async (onStep, signal) => {
        const end = new AbortController();
        const leave = () => end.abort();
        signal.addEventListener('abort', leave, { once: true });
        if (signal.aborted || this.stopping) leave();
        const work = this.carryOut(prepared, onStep, end.signal);
        this.underWay.set(end, work);
        try {
          return await work;
        } finally {
          signal.removeEventListener('abort', leave);
          this.underWay.delete(end);
        }
      },
    };
  }

  /** Runs under way end early, and take along what they left in mailboxes. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    for (const end of this.underWay.keys()) end.abort();
    await Promise.allSettled(this.underWay.values());
  }

  private async carryOut(
    prepared: PreparedDiagnostics,
    onStep: (step: DiagnosticStep) => void,
    signal: AbortSignal,
  ): Promise<Analysis & { reportId: string | null }> {
    const { target, profileId, by, keep } = prepared;
    const analysis = await analyse(target, {
      probes: this.probes,
      now: () => this.clock.now(),
      announce: (token, address) => this.ownTests.announce(token, address, this.clock.now()),
      signal,
      onStep,
      onBug: (error, step) => this.log.error({ err: error, profileId, step }, 'a step of an analysis broke off'),
    });
    const { code } = analysis.summary.verdict;
    const emailAddress = target.mailbox?.address ?? null;
    let reportId: string | null = null;
    try {
      if (keep) reportId = await this.reports.keep({ profileId, by, emailAddress }, analysis);
    } catch (error) {
      // The caller has the result all the same.
      this.log.error({ err: error, profileId }, 'the report of an analysis could not be kept');
    }
    this.log.info({ profileId, by: by.id, verdict: code, reportId }, 'a connectivity analysis ended');
    return { ...analysis, reportId };
  }

  private async savedTarget(profileId: string, body: NewDiagnostics): Promise<AnalysisTarget> {
    const connection = await this.connections.connectionOf(profileId);
    if (!connection) throw new Problem(problems.notFound, `There is no profile ${profileId}.`);
    const { ewsUrl, addressSetBy, access, connectingSidType } = connection;
    const { username = connection.auth.username, password = connection.auth.password } = body;
    const mailbox = await this.savedMailbox(profileId, body);
    const canary = await this.savedCanary(profileId, body.canaryAddress, mailbox);
    return {
      ewsUrl,
      addressSetBy,
      auth: { type: 'basic', username, password },
      ca: null,
      trustedHosts: [],
      access,
      connectingSidType,
      mailbox,
      canary,
      sendToSelf: body.sendToSelf,
    };
  }

  private async savedMailbox(profileId: string, body: NewDiagnostics): Promise<TargetMailbox | null> {
    const { mailboxId, emailAddress, connectingSid } = body;
    const sql = this.dataSource.manager;
    if (mailboxId !== undefined) {
      const mailbox = await this.mailboxes.byId(sql, profileId, mailboxId);
      if (!mailbox) throw new Problem(problems.notFound, `The profile has no mailbox ${mailboxId}.`);
      return mailbox;
    }
    if (emailAddress === undefined) return null;
    if (connectingSid !== undefined) return { address: emailAddress, connectingSid };
    return (await this.mailboxes.byAddress(sql, profileId, emailAddress)) ?? named(emailAddress);
  }

  private async savedCanary(
    profileId: string,
    address: string | undefined,
    mailbox: TargetMailbox | null,
  ): Promise<TargetMailbox | null> {
    const sql = this.dataSource.manager;
    if (address === undefined) return this.mailboxes.canary(sql, profileId, mailbox?.address ?? null);
    if (address.toLowerCase() === mailbox?.address.toLowerCase()) {
      const message = 'must be another mailbox than the one that is looked at';
      throw new Problem(problems.invalidRequest, `canaryAddress: ${message}`, {
        errors: [{ field: 'canaryAddress', message }],
      });
    }
    return (await this.mailboxes.byAddress(sql, profileId, address)) ?? named(address);
  }
}

/** It makes the server connect to addresses of the caller's choice, inside the network too. */
function freeTarget(body: NewDiagnostics, caller: Caller): AnalysisTarget {
  if (!allows(caller.scopes, 'admin'))
    throw new Problem(
      problems.forbidden,
      `a server without a profile needs the scope admin; the caller has ${caller.scopes.join(', ')}`,
    );
  if (caller.profileIds !== null)
    throw new Problem(beyondOwnReach, 'the caller is limited to profiles, and may look at their servers only');
  return describedTarget(body);
}
