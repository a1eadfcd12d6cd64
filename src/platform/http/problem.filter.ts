import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../log/log.js';
import { storageCauseOf, type StorageCause } from '../database/storage-cause.js';
import { Problem, problems, type ProblemKind } from './problem.js';

const kindOfStatus: Readonly<Record<number, ProblemKind>> = {
  400: problems.malformedBody,
  401: problems.unauthenticated,
  403: problems.forbidden,
  404: problems.notFound,
  405: problems.methodNotAllowed,
  413: problems.payloadTooLarge,
  414: problems.invalidRequest,
  415: problems.unsupportedMediaType,
  503: problems.unavailable,
};

/** PostgreSQL and socket codes that mean "the database is not there at the moment", not "a bug". */
const databaseAway = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08006',
  '08001',
]);

/**
 * The same from pg, its pool and TypeORM, which put no code on these. The last is what a transaction meets whose
 * connection was cut between two of its statements.
 */
const databaseAwayText =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query runner already released)/;

const kindOfStorage: Readonly<Record<StorageCause, ProblemKind>> = {
  full: problems.storageFull,
  'read-only': problems.storageReadOnly,
  exhausted: problems.storageExhausted,
};
/** Needs an administrator, so retrying every few seconds does not help. */
const storageRetrySeconds = 60;

/** Turns anything thrown into a Problem; the text of an unforeseen error never reaches the caller. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const storage = storageCauseOf(error);
  if (storage) return new Problem(kindOfStorage[storage], undefined, { retryAfterSeconds: storageRetrySeconds });
  const { status, code } = describe(error);
  const kind = status === undefined ? undefined : kindOfStatus[status];
  if (kind) return new Problem(kind);
  if (status !== undefined && status >= 400 && status < 500) return new Problem(problems.invalidRequest);
  if (
    (code !== undefined && databaseAway.has(code)) ||
    (error instanceof Error && databaseAwayText.test(error.message))
  )
    return new Problem(problems.unavailable, undefined, { retryAfterSeconds: 5 });
  return new Problem(problems.internal);
}

function describe(error: unknown): { status?: number; code?: string } {
  if (error instanceof HttpException) return { status: error.getStatus() };
  if (typeof error !== 'object' || error === null) return {};
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  return {
    status: typeof statusCode === 'number' ? statusCode : undefined,
    code: typeof code === 'string' ? code : undefined,
  };
}

/** Answers every failed request as problem+json; what is our fault is logged with the request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = toProblem(error);
    if (problem.kind.status >= 500)
      this.log.error(
        { err: error, requestId: request.id, method: request.method, path: pathOf(request) },
        problem.kind.title,
      );
    if (reply.sent) return;
    if (problem.kind.status === 401) void reply.header('www-authenticate', 'Bearer realm="postroom"');
    if (problem.extras.retryAfterSeconds) void reply.header('retry-after', String(problem.extras.retryAfterSeconds));
    void reply
      .status(problem.kind.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify({ ...problem.toJSON(pathOf(request)), requestId: request.id }));
  }
}

function pathOf(request: FastifyRequest): string {
  const { config, url } = request.routeOptions;
  if (config?.secretInPath === true && url !== undefined) return url;
  return request.url.split('?', 1)[0] ?? request.url;
}
