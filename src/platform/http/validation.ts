import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { z } from 'zod';
import { Problem, problems, type FieldError } from './problem.js';

/** Says every wrong field in one answer, up to this many; a 10,000-row body could hold as many errors. */
const reportedErrors = 50;

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function fieldErrors(issues: readonly Issue[]): FieldError[] {
  return issues.slice(0, reportedErrors).map((issue) => ({
    field: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.') || '(body)',
    message: issue.message,
  }));
}

function invalidRequest(issues: readonly Issue[]): Problem {
  const errors = fieldErrors(issues);
  const first = errors[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new Problem(problems.invalidRequest, first ? `${first.field}: ${first.message}${more}` : undefined, {
    errors,
  });
}

/** Validates each parameter that names a schema: `@Body({ schema })`, `@Query({ schema })`, `@Param('id', { schema })`. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (!metadata.schema || metadata.type === 'custom') return value;
    this.stripProtoKeys(value);
    const result = await this.validate(value, metadata.schema);
    if (!result.issues) return result.value as T;
    // A path parameter is validated by itself, so only the metadata knows what it is called.
    const prefix = metadata.data === undefined ? [] : [metadata.data];
    throw invalidRequest(
      result.issues.map((issue) => ({ message: issue.message, path: [...prefix, ...(issue.path ?? [])] })),
    );
  }
}

/** The id of a resource in a path. */
export const idParam = z.uuid({ message: 'must be an id (a UUID)' });

/** Query flags arrive as text. */
export const queryFlag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Text that PostgreSQL can store: `text` columns cannot hold NUL. */
export const plainText = (max: number) =>
  z
    .string()
    .max(max)
    // eslint-disable-next-line no-control-regex
    .refine((value) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value), {
      message: 'must not contain control characters',
    });

/** Like `plainText`, in one line: header values, names. */
export const oneLine = (max: number) =>
  plainText(max).refine((value) => !/[\r\n\t]/.test(value), { message: 'must be a single line' });
