import 'reflect-metadata';
import type { JobDefinition } from './job-definition.js';

export interface JobContext {
  /** Aborted when the process has to stop and the job took longer than the grace time. */
  readonly signal: AbortSignal;
  readonly enqueuedAt: Date;
  /** How long the job waited in the queue, in ms. */
  readonly waitMs: number;
}

export type JobHandler<P> = (payload: P, context: JobContext) => Promise<void>;

const HANDLED_JOB = Symbol('handled job');

/**
 * Makes a provider's method the handler of a job kind. The payload was checked by its schema. What
 * the method throws is logged and the job forgotten, not tried again.
 */
export function HandlesJob<P>(definition: JobDefinition<P>) {
  // Generic, since a method may declare fewer parameters than it is given.
  return <M extends JobHandler<P>>(
    _target: object,
    _name: string | symbol,
    method: TypedPropertyDescriptor<M>,
  ): void => {
    Reflect.defineMetadata(HANDLED_JOB, definition, method.value!);
  };
}

/** The job kind that a method handles, or undefined. */
export function handledJob(method: object): JobDefinition<unknown> | undefined {
  return Reflect.getMetadata(HANDLED_JOB, method) as JobDefinition<unknown> | undefined;
}
