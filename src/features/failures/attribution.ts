/** What an error can be held against, from the narrowest to the widest. */
export const attributionScopes = ['attachment', 'item', 'folder', 'mailbox', 'profile', 'server'] as const;
export type AttributionScope = (typeof attributionScopes)[number];

/**
 * The result of a call that would have met the same error if this scope were at fault: opening the folder,
 * opening another folder of the mailbox, a call for another mailbox of the profile.
 */
export interface ScopeCheck {
  readonly scope: AttributionScope;
  readonly passed: boolean;
}

export type Attribution =
  /** Not known yet: a check of this scope decides. */
  | { readonly check: AttributionScope }
  /** The error counts against this scope and nothing wider. */
  | { readonly scope: AttributionScope };

/**
 * Failed checks that it takes to hold an error against a scope. Those of a profile and a server stop many
 * mailboxes at once, so a second and a third one must meet the same error.
 */
const failedChecksNeeded: Readonly<Record<AttributionScope, number>> = {
  attachment: 1,
  item: 1,
  folder: 1,
  mailbox: 1,
  profile: 2,
  server: 2,
};

/**
 * Decides what an error counts against. It begins with the narrowest thing that met it, and goes to a
 * wider scope only as far as checks of that scope have failed, too: what works anywhere in a scope clears
 * that scope and everything wider.
 * @param narrowest what met the error
 * @param checks in any order; those of scopes that were not reached do not count
 * @param widest the widest scope that the caller can check
 */
export function attribute(
  narrowest: AttributionScope,
  checks: readonly ScopeCheck[],
  widest: AttributionScope,
): Attribution {
  let blamed = narrowest;
  const wider = attributionScopes.slice(
    attributionScopes.indexOf(narrowest) + 1,
    attributionScopes.indexOf(widest) + 1,
  );
  for (const scope of wider) {
    const made = checks.filter((check) => check.scope === scope);
    if (made.some(({ passed }) => passed)) break;
    if (made.length < failedChecksNeeded[scope]) return { check: scope };
    blamed = scope;
  }
  return { scope: blamed };
}

/**
 * Makes the checks that the attribution asks for, one at a time and none that is not needed.
 * @param check resolves to whether the scope works; what it rejects with ends the attribution
 */
export async function attributeByChecks(
  narrowest: AttributionScope,
  widest: AttributionScope,
  check: (scope: AttributionScope) => Promise<boolean>,
): Promise<AttributionScope> {
  const checks: ScopeCheck[] = [];
  for (;;) {
    const next = attribute(narrowest, checks, widest);
    if ('scope' in next) return next.scope;
    checks.push({ scope: next.check, passed: await check(next.check) });
  }
}
