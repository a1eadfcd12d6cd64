interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

const maxCauses = 5;

/**
 * What of an error reaches the log. Pino by itself would write every property of it, and those of a
 * failed query hold the parameters: people's mail, sealed secrets, hashes of keys.
 */
export function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  const logged: LoggedError = {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack,
    ...(error.cause instanceof Error && depth < maxCauses ? { cause: errorForLog(error.cause, depth + 1) } : {}),
  };
  return logged;
}
