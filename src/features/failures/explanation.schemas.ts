import { z } from 'zod';
import { explainInFull, type ExplanationContext } from './explanations.js';
import type { StoredFailure } from './failure.js';
import { commandShells } from '../../drivers/port/explanations/command.js';

/** An explanation in its parts, as the API shows it beside title, cause and remedy. */
export const explanationParts = z
  .object({
    causes: z.array(z.string()).describe('Likely causes, the likeliest first'),
    advice: z.string().describe('What to do, without the commands'),
    commands: z
      .array(z.object({ purpose: z.string(), shell: z.enum(commandShells), command: z.string() }))
      .describe('To paste as they are, the real names filled in'),
    selfHealing: z.boolean().describe('It usually passes with nobody doing anything'),
    meanwhile: z.string().describe('What Postroom does until then'),
  })
  .meta({ id: 'Explanation' });

/** The words of a failure as an answer of the API has them. */
export function showExplanation(failure: StoredFailure, context: Omit<ExplanationContext, 'values'>) {
  const { title, cause, remedy, ...explanation } = explainInFull(failure, { ...context, values: failure.values });
  return { title, cause, remedy, explanation };
}
