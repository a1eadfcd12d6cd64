import type { Schema } from '../../api/schemas.js';
import { figure } from './counted.js';

type Found = Pick<Schema<'Audit'>, 'missing' | 'surplus' | 'misplaced' | 'recurring'>;

/** What an audit found and put right, in one sentence. */
export function auditInWords({ missing, surplus, misplaced, recurring }: Found): string {
  const parts = [
    [missing, 'had not been stored'],
    [surplus, 'had gone unnoticed'],
    [misplaced, 'lay in another folder'],
  ] as const;
  const found = parts.filter(([count]) => count > 0).map(([count, what]) => `${figure(count)} ${what}`);
  if (found.length === 0) return 'Nothing differs';
  return `${found.join(', ')}: put right${recurring ? '. It is not the first time; see the incident' : ''}`;
}
