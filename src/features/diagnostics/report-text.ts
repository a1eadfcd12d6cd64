import type { ShownStep, StepStatus } from './diagnostic-step.js';
import type { Summary } from './verdict.js';

const marks: Readonly<Record<StepStatus, string>> = { passed: '✓', warning: '!', failed: '✗', skipped: '–' };
const colours: Readonly<Record<StepStatus, number>> = { passed: 32, warning: 33, failed: 31, skipped: 90 };

const titleWidth = 42;

/** Paints text for a terminal, or leaves it as it is. */
export type Paint = (text: string, status: StepStatus) => string;
export const plain: Paint = (text) => text;
export const coloured: Paint = (text, status) => `\u001b[${colours[status]}m${text}\u001b[0m`;

/** One step as a branch of the tree, lines with their ends. */
export function stepText(step: ShownStep, paint: Paint = plain): string {
  const { status, number, title, durationMs, detail, code, remedy, requestId } = step;
  const mark = paint(marks[status], status);
  if (status === 'skipped') return `${mark} ${pad(number)}  ${title}\n${indented(detail)}`;
  const head = `${mark} ${pad(number)}  ${title.padEnd(titleWidth)} ${String(durationMs).padStart(6)} ms\n`;
  const facts = [code === null ? null : `code: ${code}`, requestId === null ? null : `request id: ${requestId}`];
  const isGood = status === 'passed';
  return [
    head,
    indented(detail),
    isGood ? '' : indented(facts.filter((fact) => fact !== null).join(', ')),
    remedy === null ? '' : `${indented('What to do:')}${indented(remedy, 8)}`,
  ].join('');
}

/** The end of the tree; a remedy that stands in it already is not repeated. */
export function summaryText(
  { verdict, counts, durationMs }: Summary,
  steps: readonly ShownStep[],
  paint: Paint = plain,
): string {
  const isNew = verdict.remedy !== null && !steps.some(({ remedy }) => remedy === verdict.remedy);
  const remedy = isNew ? `  What to do:\n${indented(verdict.remedy ?? '', 4)}` : '';
  const status = counts.failed > 0 || verdict.code === 'stopped' ? 'failed' : counts.warning > 0 ? 'warning' : 'passed';
  const counted = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  return `\n${paint(`${marks[status]} ${verdict.text}`, status)}\n  ${counted}, in ${(durationMs / 1_000).toFixed(1)} s\n${remedy}`;
}

/** A whole report. */
export function reportText(steps: readonly ShownStep[], summary: Summary): string {
  return steps.map((step) => stepText(step)).join('') + summaryText(summary, steps);
}

const pad = (number: number) => String(number).padStart(2);

function indented(text: string, by = 6): string {
  if (text === '') return '';
  return text
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}\n`)
    .join('');
}
