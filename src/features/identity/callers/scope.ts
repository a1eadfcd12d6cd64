import { z } from 'zod';

export const scopes = ['read', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];
export const scopeSchema = z.enum(scopes);

/** Scopes that allow what needs `needed`: write implies read, and admin implies everything. */
const allowing: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read', 'write', 'admin'],
  write: ['write', 'admin'],
  admin: ['admin'],
};

export function allows(held: readonly Scope[], needed: Scope): boolean {
  return held.some((scope) => allowing[needed].includes(scope));
}

export const isScope = (value: unknown): value is Scope => scopes.some((scope) => scope === value);
