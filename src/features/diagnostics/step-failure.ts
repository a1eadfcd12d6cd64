import { MailServerError } from '../../drivers/port/mail-error.js';
import { classify, consequenceOf } from '../failures/classify.js';
import { explain } from '../failures/explanations.js';
import type { StepOutcome } from './diagnostic-step.js';

/** Names that the words are filled in with. */
export interface FailureNames {
  readonly username: string;
  readonly ewsUrl: string;
  readonly mailbox: string;
}

/** An error as runs see it: the same classes, causes and remedies. */
export interface ExplainedFailure {
  readonly outcome: StepOutcome;
  /** A permission is missing: another mailbox tells which. */
  readonly isDenial: boolean;
  /** The service account itself is refused, and every further try counts towards a lock-out. */
  readonly refusesCredentials: boolean;
  /** Something may have happened on the server all the same. */
  readonly effectPossible: boolean;
  /** No mail server caused it: a bug of ours, for the log. */
  readonly isOurs: boolean;
}

/** Whether the server refuses the service account itself, so that nobody may call as it again. */
export const refusesAccount = (error: unknown): boolean => consequenceOf(classify(error)) === 'suspend-profile';

export function explainFailure(error: unknown, names: FailureNames): ExplainedFailure {
  const failure = classify(error);
  const { title, cause, remedy } = explain(failure, { ...names, values: failure.values });
  const { diagnostics, message } = failure;
  return {
    outcome: {
      status: 'failed',
      detail: `${title}. ${cause} (${failure.code}: ${message})`,
      code: failure.code,
      remedy,
      requestId: diagnostics?.requestId ?? diagnostics?.clientRequestId ?? null,
      hostWords: failure.hostWords,
    },
    isDenial: failure.category === 'impersonation-permission',
    refusesCredentials: refusesAccount(error),
    effectPossible: failure.effectPossible,
    isOurs: !(error instanceof MailServerError),
  };
}
