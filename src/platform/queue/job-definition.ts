import { z } from 'zod';

/** One kind of job. Payloads hold ids only: everything else is read from the database when the job runs. */
export interface JobDefinition<P> {
  readonly name: string;
  /** The queue, or lane, that the kind shares with others. */
  readonly queue: string;
  /** Checked where the job enters the queue and again where it leaves it; without transforms, since it runs twice. */
  readonly payload: z.ZodType<P>;
}

const NAME = /^[a-z][a-z0-9-]*$/;

/**
 * Describes a job kind.
 *
 * @throws TypeError when a name is not lower-case words joined by hyphens.
 */
export function defineJob<P>(spec: { name: string; queue: string; payload: z.ZodType<P> }): JobDefinition<P> {
  for (const name of [spec.name, spec.queue]) {
    // Both backends build keys and channel names of these.
    if (!NAME.test(name)) throw new TypeError(`Not a name for a job or queue: ${JSON.stringify(name)}`);
  }
  return Object.freeze({ ...spec });
}

/** A payload that does not fit its schema. Names the places, never the values. */
export class InvalidJobPayloadError extends Error {
  override readonly name = 'InvalidJobPayloadError';

  constructor(job: string, problem: string) {
    super(`Payload of job ${job}: ${problem}`);
  }
}

/**
 * Checks a payload and drops what the schema does not know.
 *
 * @throws InvalidJobPayloadError
 */
export function parsePayload<P>(definition: JobDefinition<P>, payload: unknown): P {
  const result = definition.payload.safeParse(payload);
  if (!result.success) {
    const places = result.error.issues.map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.code}`);
    throw new InvalidJobPayloadError(definition.name, places.join(', '));
  }
  // PostgreSQL's JSON has no NUL; refused on Redis too, so that no test passes on one backend only.
  if (JSON.stringify(result.data)?.includes('\\u0000')) {
    throw new InvalidJobPayloadError(definition.name, 'holds a NUL character');
  }
  return result.data;
}
