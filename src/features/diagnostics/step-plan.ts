import type { AnalysisTarget } from './analysis-target.js';
import { numberOf, stepIds, stepTitles, type StepId, type StepStatus } from './diagnostic-step.js';

/** What must have gone well before; autodiscover comes before them all where it is needed. */
const needs: Readonly<Record<StepId, readonly StepId[]>> = {
  autodiscover: [],
  dns: [],
  tcp: ['dns'],
  tls: ['tcp'],
  authentication: ['tls'],
  credentials: ['authentication'],
  impersonation: ['credentials'],
  canary: ['credentials'],
  create: ['impersonation'],
  read: ['create'],
  // Whether there is something to delete, the run knows better than the result of the step before.
  delete: [],
  // A message that could not be taken away again is not sent.
  send: ['create', 'delete'],
  find: ['impersonation'],
};

/** What the run knows when a step's turn comes. */
export interface PlanState {
  readonly target: Pick<AnalysisTarget, 'ewsUrl' | 'mailbox' | 'canary' | 'sendToSelf'>;
  readonly results: ReadonlyMap<StepId, StepStatus>;
  /** A draft of ours may be in the mailbox. */
  readonly draftMayExist: boolean;
  /** The server refuses the service account: nobody calls with its credentials again. */
  readonly credentialsRefused: boolean;
  /** Why the run ends early; null while it goes on. */
  readonly stopped: string | null;
}

/** The steps in the order in which they are taken: what is not known yet is found out first. */
export function orderOf(target: Pick<AnalysisTarget, 'ewsUrl'>): StepId[] {
  const others = stepIds.filter((id) => id !== 'autodiscover');
  if (target.ewsUrl === null) return ['autodiscover', ...others];
  return [...stepIds];
}

const withCredentials = new Set<StepId>(stepIds.slice(numberOf('credentials') - 1));
const inMailbox = new Set<StepId>(['impersonation', 'create', 'read', 'send', 'find']);

/** @returns why the step is not taken, null when it is */
export function skipReason(id: StepId, state: PlanState): string | null {
  const { target, results } = state;
  if (id === 'autodiscover' && target.ewsUrl !== null) return 'The address of the server is given.';
  if (id === 'delete' && !state.draftMayExist) return 'There is no draft to delete.';
  if (state.credentialsRefused && withCredentials.has(id))
    return 'The server refuses the service account; every further try could lock it out.';
  // What was left in the mailbox is taken away whatever ends the run.
  if (id === 'delete') return null;
  if (state.stopped !== null) return state.stopped;
  if (inMailbox.has(id) && target.mailbox === null) return 'No mailbox was named.';
  if (id === 'canary' && target.canary === null) return 'There is no other mailbox to compare with.';
  if (id === 'send' && !target.sendToSelf) return 'Nobody asked for it.';
  const first: StepId[] = target.ewsUrl === null && id === 'dns' ? ['autodiscover'] : [];
  const missing = [...first, ...needs[id]].find((need) => !isWell(results.get(need)));
  if (missing === 'authentication' && results.get(missing) === 'failed')
    return `The server offers no way to sign in that Postroom can use, so no password is sent to it (step ${numberOf(missing)}).`;
  return missing === undefined ? null : `Step ${numberOf(missing)} (${stepTitles[missing]}) did not succeed.`;
}

const isWell = (status: StepStatus | undefined) => status === 'passed' || status === 'warning';
