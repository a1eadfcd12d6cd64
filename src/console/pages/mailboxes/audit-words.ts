import type { Schema } from '../../api/schemas.js';
import { figure } from './counted.js';

type Found = Pick<Schema<'Audit'>, 'missing' | 'surplus' | 'misplaced' | 'unreadable' | 'recurring'>;

/** What an audit found and put right, in one sentence. */
export function auditInWords({ missing, surplus, misplaced, unreadable, recurring }: Found): string {
  const beside = unreadable === 0 ? '' : `; ${figure(unreadable)} could not be read, see “Failed items”`;
  const parts = [
    [missing, 'had not been stored'],
    [surplus, 'had gone unnoticed'],
    [misplaced, 'lay in another folder'],
  ] as const;
  const found = parts.filter(([count]) => count > 0).map(([count, what]) => `${figure(count)} ${what}`);
  if (found.length === 0) return `Nothing differs${beside}`;
  return `${found.join(', ')}: put right${recurring ? '. It is not the first time; see the incident' : ''}${beside}`;
}
