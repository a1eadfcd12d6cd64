import { runsOfSilentServer } from '../scheduling/silence.js';
import type { CallLedger } from './call-ledger.js';

/** A call counts as hanging after this time, if the server has answered none since. In ms. */
const hangsMs = 4_000;

/** A run in this process. */
export interface RunUnderWay {
  /** Host and port of the server. */
  readonly host: string;
  readonly ledger: Pick<CallLedger, 'callingSince' | 'heardAt'>;
  /**
   * Whether it can be aborted in the middle of a call and repeated later, because it changes nothing in the mailbox.
   */
  readonly onlyReads: boolean;
  readonly giveUp: () => void;
}

/**
 * The runs of one process, by server. Due work is claimed before anyone knows that a server has stopped answering, and
 * each call to it then holds a job slot for minutes; several such servers could hold all slots. So all but a few runs
 * of a silent server are aborted or not started. They are due again, and claimed a few at a time.
 */
export class RunsUnderWay {
  private readonly runs = new Set<RunUnderWay>();
  /** When each server last answered a finished run, in ms. */
  private readonly answers = new Map<string, number>();

  get isEmpty(): boolean {
    return this.runs.size === 0;
  }

  add(run: RunUnderWay): void {
    this.runs.add(run);
  }

  /** Whether a further run may begin: beside as many calls as a silent server may have, one at a time. */
  admits(host: string, now: Date): boolean {
    const silentSince = now.getTime() - hangsMs;
    const ofServer = [...this.runs].filter((run) => run.host === host);
    if ((this.answers.get(host) ?? 0) >= silentSince || ofServer.some((run) => heard(run) >= silentSince)) return true;
    const waiting = ofServer.filter((run) => since(run) <= silentSince).length;
    return waiting < runsOfSilentServer || waiting === ofServer.length;
  }

  remove(run: RunUnderWay): void {
    this.runs.delete(run);
    const heardAt = run.ledger.heardAt?.getTime();
    if (heardAt !== undefined) this.answers.set(run.host, Math.max(heardAt, this.answers.get(run.host) ?? 0));
  }

  /** @returns the number of aborted runs */
  relieve(now: Date): number {
    const silentSince = now.getTime() - hangsMs;
    for (const [host, at] of this.answers) if (at < silentSince) this.answers.delete(host);
    const surplus = surplusOf([...this.runs], new Set(this.answers.keys()), silentSince);
    for (const run of surplus) run.giveUp();
    return surplus.length;
  }
}

/** The most recent calls beyond the few that may wait for a silent server. */
function surplusOf(
  runs: readonly RunUnderWay[],
  answering: ReadonlySet<string>,
  silentSince: number,
): readonly RunUnderWay[] {
  const speaking = new Set(answering);
  for (const run of runs) if (heard(run) >= silentSince) speaking.add(run.host);
  const waiting = new Map<string, RunUnderWay[]>();
  for (const run of runs) {
    if (speaking.has(run.host) || since(run) > silentSince) continue;
    waiting.set(run.host, [...(waiting.get(run.host) ?? []), run]);
  }
  return [...waiting.values()].flatMap((ofServer) =>
    ofServer
      .filter(({ onlyReads }) => onlyReads)
      .sort((one, other) => since(other) - since(one))
      .slice(0, Math.max(0, ofServer.length - runsOfSilentServer)),
  );
}

const heard = ({ ledger }: RunUnderWay): number => ledger.heardAt?.getTime() ?? 0;
const since = ({ ledger }: RunUnderWay): number => ledger.callingSince?.getTime() ?? Infinity;
