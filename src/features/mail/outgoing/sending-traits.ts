/** How a server treats what is sent over it; null: not seen yet, or too long ago. */
export interface SendingTraits {
  /**
   * A submitted draft leaves Drafts before the answer comes. Only there does a draft that still lies under its own
   * id prove that it was not submitted: other servers deliver it and leave it where it was.
   */
  readonly movesDrafts: boolean | null;
  /** A saved draft keeps the named property that we look for. Elsewhere a search that finds nothing proves nothing. */
  readonly keepsMarker: boolean | null;
}

export const nothingKnown: SendingTraits = { movesDrafts: null, keepsMarker: null };

/** When each behaviour was last seen. */
export interface SeenTraits {
  readonly draftMovedAt: Date | null;
  readonly draftLeftAt: Date | null;
  readonly markerKeptAt: Date | null;
  readonly markerDroppedAt: Date | null;
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** A server can be replaced behind its name. */
const proofLastsMs = 30 * day;
/** How long what was seen needs no other look. What makes us cautious is looked at again sooner: it may have been a slow moment. */
const restsMs = { good: day, bad: 60 * minute };

interface Observation {
  readonly value: boolean | null;
  /** Another look is due at the next opportunity. */
  readonly isDue: boolean;
}

/** The behaviour that was seen last counts. */
function observation(goodAt: Date | null, badAt: Date | null, now: Date): Observation {
  const good = goodAt?.getTime() ?? -Infinity;
  const bad = badAt?.getTime() ?? -Infinity;
  const age = now.getTime() - Math.max(good, bad);
  const value = age > proofLastsMs ? null : good > bad;
  return { value, isDue: value === null || age > (value ? restsMs.good : restsMs.bad) };
}

/** @returns what is known, and which of it is worth a look */
export function traitsOf(
  seen: SeenTraits | null,
  now: Date,
): { readonly traits: SendingTraits; readonly due: { readonly draft: boolean; readonly marker: boolean } } {
  const draft = observation(seen?.draftMovedAt ?? null, seen?.draftLeftAt ?? null, now);
  const marker = observation(seen?.markerKeptAt ?? null, seen?.markerDroppedAt ?? null, now);
  return {
    traits: { movesDrafts: draft.value, keepsMarker: marker.value },
    due: { draft: draft.isDue, marker: marker.isDue },
  };
}
