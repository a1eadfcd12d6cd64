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
});
