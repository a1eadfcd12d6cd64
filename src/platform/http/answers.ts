import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import type { ProblemKind } from './problem.js';

/** Documents what a handler answers when all goes well. */
export const Answers = (status: number, description: string, schema?: z.ZodType): MethodDecorator & ClassDecorator =>
  ApiResponse({ status, description, ...(schema ? { standardSchema: schema } : {}) });

/** Documents problems of a handler's own, beside those that every route can answer. */
export function AnswersProblem(...kinds: readonly ProblemKind[]): MethodDecorator & ClassDecorator {
  const statuses = [...new Set(kinds.map(({ status }) => status))];
  const texts = (status: number) =>
    kinds.filter((kind) => kind.status === status).map(({ code, title }) => `\`${code}\`: ${title}.`);
  return applyDecorators(...statuses.map((status) => ApiResponse({ status, description: texts(status).join(' ') })));
}
