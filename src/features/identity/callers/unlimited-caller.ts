import { Problem } from '../../../platform/http/problem.js';
import { beyondOwnReach } from '../api-keys/api-keys.js';
import type { Caller } from './caller.js';

/** Whoever is limited to profiles could give others, and so itself, what it does not have. @throws Problem beyond-own-reach */
export function refuseLimited(caller: Caller): void {
  if (caller.profileIds !== null)
    throw new Problem(beyondOwnReach, 'users are administered without a limit to profiles');
}
