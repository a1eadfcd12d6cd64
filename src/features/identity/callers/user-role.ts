import { z } from 'zod';
import type { Scope } from './scope.js';

export const userRoles = ['admin', 'owner', 'viewer'] as const;
export type UserRole = (typeof userRoles)[number];
export const userRoleSchema = z
  .enum(userRoles)
  .describe('`admin`: everything; `owner`: reads and changes its profiles; `viewer`: reads');

/** What a role may do; which profiles it may do that with is apart. */
export const scopeOfRole: Readonly<Record<UserRole, Scope>> = { admin: 'admin', owner: 'write', viewer: 'read' };
