/** The steps of the analysis, by the numbers that people know them by. */
export const stepIds = [
  'dns',
  'tcp',
  'tls',
  'authentication',
  'credentials',
  'autodiscover',
  'impersonation',
  'canary',
  'create',
  'read',
  'delete',
  'send',
  'find',
] as const;
export type StepId = (typeof stepIds)[number];

export const stepTitles: Readonly<Record<StepId, string>> = {
  dns: 'The address and its name (DNS)',
  tcp: 'TCP connection',
  tls: 'TLS and certificate',
  authentication: 'Ways to sign in',
  credentials: 'The service account signs in',
  autodiscover: 'Autodiscover',
  impersonation: 'The mailbox is opened',
  canary: 'Another mailbox is opened, to compare',
  create: 'A draft is created',
  read: 'The draft is read',
  delete: 'The draft is deleted',
  send: 'A message to the mailbox itself',
  find: 'Mail is listed',
};

export const numberOf = (id: StepId): number => stepIds.indexOf(id) + 1;

/** `warning`: it works, and somebody should look all the same. */
export const stepStatuses = ['passed', 'warning', 'failed', 'skipped'] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** What a step came to. */
export interface StepOutcome {
  readonly status: StepStatus;
  /** In plain words; of a skipped step why. */
  readonly detail: string;
  /** The server's code, or ours for what stands between; null when all is well. */
  readonly code?: string | null;
  /** What to do, with commands; null where there is nothing to do. */
  readonly remedy?: string | null;
  /** By which the server's administrator finds the call. */
  readonly requestId?: string | null;
  /** Text of a host that is not known to be a mail server; for administrators only, see `stepFor`. */
  readonly hostWords?: string | null;
}

/** A step as it is shown. */
export interface DiagnosticStep extends Required<StepOutcome> {
  readonly number: number;
  readonly id: StepId;
  readonly title: string;
  readonly durationMs: number;
}

export const stepOf = (id: StepId, outcome: StepOutcome, durationMs: number): DiagnosticStep => ({
  number: numberOf(id),
  id,
  title: stepTitles[id],
  status: outcome.status,
  durationMs: Math.round(durationMs),
  detail: outcome.detail,
  requestId: outcome.requestId ?? null,
  code: outcome.code ?? null,
  remedy: outcome.remedy ?? null,
  hostWords: outcome.hostWords ?? null,
});

/** A step as shown to a caller. */
export type ShownStep = Omit<DiagnosticStep, 'hostWords'>;

/** A step as stored in a report; older reports lack `hostWords`. */
export type StoredStep = ShownStep & Partial<Pick<DiagnosticStep, 'hostWords'>>;

/** @param profileIds the profiles that the caller is limited to; null: an administrator */
export function stepFor(step: StoredStep, profileIds: readonly string[] | null): ShownStep {
  const { hostWords = null, ...shown } = step;
  return hostWords === null || profileIds !== null
    ? shown
    : { ...shown, detail: `${shown.detail} It says: ${hostWords}` };
}
