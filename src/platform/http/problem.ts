/** One kind of error that the HTTP API can answer with (RFC 9457). */
export interface ProblemKind {
  /** Stable and machine-readable; clients branch on it. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** Whether the same request can succeed later without being changed. */
  readonly retryable: boolean;
  /** What the caller does about it. */
  readonly remediation: string;
}

export interface FieldError {
  /** Path into the body, query or path parameters, such as `rows.3.emailAddress`. */
  readonly field: string;
  readonly message: string;
}

interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** In place of the kind's, where what to do depends on what happened. */
  readonly remediation?: string;
  /** Further members of the answer, of this kind's own. */
  readonly members?: Readonly<Record<string, string | null>>;
}

const kinds = new Map<string, ProblemKind>();

/** Declares a kind; a code declared twice is a programming error and stops the process at start. */
export function defineProblem(kind: ProblemKind): ProblemKind {
  if (kinds.has(kind.code)) throw new Error(`problem code ${kind.code} is defined twice`);
  kinds.set(kind.code, kind);
  return kind;
}

/** Every kind that the loaded modules declare, for the reference and its test. */
export function problemKinds(): readonly ProblemKind[] {
  return [...kinds.values()].sort((a, b) => a.code.localeCompare(b.code));
}

/** Thrown anywhere below a controller; becomes the answer as it is, so `detail` is for the caller's eyes. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly kind: ProblemKind,
    readonly detail: string = kind.title,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail);
  }

  /** The `application/problem+json` body. */
  toJSON(instance?: string): Record<string, unknown> {
    return {
      type: `urn:postroom:problem:${this.kind.code}`,
      title: this.kind.title,
      status: this.kind.status,
      detail: this.detail,
      ...(instance ? { instance } : {}),
      code: this.kind.code,
      retryable: this.kind.retryable,
      remediation: this.extras.remediation ?? this.kind.remediation,
      ...this.extras.members,
      ...(this.extras.errors ? { errors: this.extras.errors } : {}),
    };
  }
}

export const problems = {
  invalidRequest: defineProblem({
    code: 'invalid-request',
    status: 400,
    title: 'The request is not valid',
    retryable: false,
    remediation: 'Correct the fields listed in `errors` and send the request again.',
  }),
  malformedBody: defineProblem({
    code: 'malformed-body',
    status: 400,
    title: 'The request body cannot be read',
    retryable: false,
    remediation: 'Send a body that is valid JSON with the header Content-Type: application/json.',
  }),
  unauthenticated: defineProblem({
    code: 'unauthenticated',
    status: 401,
    title: 'A valid API key is needed, or somebody signed in',
    retryable: false,
    remediation:
      'Send the header Authorization: Bearer <API key> with a key that is neither revoked nor expired; in a browser, sign in (again).',
  }),
  forbidden: defineProblem({
    code: 'missing-scope',
    status: 403,
    title: 'The caller lacks the scope for this',
    retryable: false,
    remediation: 'Use an API key that has the scope named in `detail`, or have an administrator give you another role.',
  }),
  notFound: defineProblem({
    code: 'not-found',
    status: 404,
    title: 'There is nothing at this address',
    retryable: false,
    remediation: 'Check the id and the path; an API key or a user limited to some profiles does not see the others.',
  }),
  methodNotAllowed: defineProblem({
    code: 'method-not-allowed',
    status: 405,
    title: 'This address does not take that method',
    retryable: false,
    remediation: 'See the reference at /docs for the methods of each address.',
  }),
  conflict: defineProblem({
    code: 'conflict',
    status: 409,
    title: 'The request conflicts with the present state',
    retryable: false,
    remediation: 'Read the resource again and decide anew.',
  }),
  payloadTooLarge: defineProblem({
    code: 'payload-too-large',
    status: 413,
    title: 'The request body is too large',
    retryable: false,
    remediation: 'Send less in one request.',
  }),
  unsupportedMediaType: defineProblem({
    code: 'unsupported-media-type',
    status: 415,
    title: 'The body is of a type that is not understood',
    retryable: false,
    remediation: 'Send the header Content-Type: application/json.',
  }),
  internal: defineProblem({
    code: 'internal-error',
    status: 500,
    title: 'Something went wrong on our side',
    retryable: true,
    remediation: 'Try again; when it persists, look up the request id of this answer in the log.',
  }),
  unavailable: defineProblem({
    code: 'unavailable',
    status: 503,
    title: 'The service cannot answer right now',
    retryable: true,
    remediation: 'Try again after the time in Retry-After.',
  }),
  storageFull: defineProblem({
    code: 'storage-full',
    status: 503,
    title: 'Nothing can be stored: the disk is full',
    retryable: true,
    remediation:
      'Ask an administrator to free space on the disk of PostgreSQL (or of POSTROOM_DATA_DIR), then send the request again. Reads still work.',
  }),
  storageReadOnly: defineProblem({
    code: 'storage-read-only',
    status: 503,
    title: 'Nothing can be stored: the database accepts no changes',
    retryable: true,
    remediation:
      'Ask an administrator whether DATABASE_URL points to a standby in recovery or to a database set to read-only, then send the request again. Reads still work.',
  }),
  storageExhausted: defineProblem({
    code: 'storage-exhausted',
    status: 503,
    title: 'The database is out of memory or at a limit of its configuration',
    retryable: true,
    remediation:
      'Ask an administrator to check the memory and limits of PostgreSQL (its log names the limit), then send the request again.',
  }),
};
