import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { z } from 'zod';
import { Problem, problems, type FieldError } from './problem.js';

/** Says every wrong field in one answer, up to this many; a 10,000-row body could hold as many errors. */
const reportedErrors = 50;

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Zod's: which keys a strict object does not know. */
  readonly keys?: readonly string[];
}

export function fieldErrors(issues: readonly Issue[]): FieldError[] {
  return issues.flatMap(errorsOf).slice(0, reportedErrors);
}

function errorsOf(issue: Issue): FieldError[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  // Zod reports unknown keys at the object that holds them, and a caller looks for the key itself.
  if (issue.keys)
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      message: 'is not a field that this request takes',
    }));
  return [{ field: path.join('.') || '(body)', message: issue.message }];
}

function invalidRequest(issues: readonly Issue[]): Problem {
  const errors = fieldErrors(issues);
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
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
    throw invalidRequest(result.issues.map((issue) => ({ ...issue, path: [...prefix, ...(issue.path ?? [])] })));
  }
}

/** The id of a resource, in lower case as PostgreSQL writes it, so that ids can be compared as text. */
export const idParam = z.uuid({ message: 'must be an id (a UUID)' }).toLowerCase();

/** Query flags arrive as text. */
export const queryFlag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Text that PostgreSQL can store: `text` columns cannot hold NUL, and `jsonb` no half of a surrogate pair. */
export const plainText = (max: number) =>
  z
    .string()
    .max(max)

    .refine((value) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value), {
      message: 'must not contain control characters',
    })
    .refine((value) => !/\p{Surrogate}/u.test(value), { message: 'must be well-formed Unicode' });

/** Like `plainText`, in one line: header values, names. */
export const oneLine = (max: number) =>
  plainText(max).refine((value) => !/[\r\n\t]/.test(value), { message: 'must be a single line' });

/** Where a person is told. Loose on purpose: quoted and international addresses exist, and only a mail server knows the rest. */
export const emailAddress = oneLine(320).regex(/^[^\s@]+@[^\s@]+$|^"[^"@]*"@[^\s@]+$/, {
  message: 'must be an e-mail address',
});
