import type { Scope } from '../store/records.js';
import type { ScopeChange } from './requests.js';

/**
 * A management scope after a grant or a revocation. Taking addresses out of the scope `all` leaves a scope of
 * everyone else there is now: later mailboxes are not in it, as an administrator's filter would not have them.
 */
export function changedScope(scope: Scope, change: ScopeChange, grant: boolean, everyone: readonly string[]): Scope {
  if (change === 'all') return grant ? { all: true } : { all: false, addresses: [], groups: [] };
  if (scope.all && grant) return scope;
  const addresses = scope.all ? everyone : scope.addresses;
  const groups = scope.all ? [] : scope.groups;
  if (!Array.isArray(change)) {
    const rest = groups.filter((group) => group !== change.group);
    return { all: false, addresses: [...addresses], groups: grant ? [...rest, change.group] : rest };
  }
  const named = change.map((address) => address.toLowerCase());
  const rest = addresses.filter((address) => !named.includes(address));
  return { all: false, addresses: grant ? [...rest, ...named] : rest, groups: [...groups] };
}
