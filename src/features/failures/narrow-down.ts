/** How a call about several things at once is narrowed down to those that make it fail. */
export interface NarrowedCall<Thing, Result> {
  /** One call about all of `part`; rejects when it failed as a whole. */
  readonly call: (part: readonly Thing[]) => Promise<readonly Result[]>;
  /** Whether one of several things can have caused this error of the whole call; any other error is passed on. */
  readonly mayBeOne: (error: unknown) => boolean;
  /** The result of a thing whose call failed although it was asked for alone. */
  readonly failed: (thing: Thing, error: unknown) => Result;
}

/**
 * Halves a call that fails as a whole until what makes it fail stands alone: at most `2n - 1` calls for n
 * things, and about `2 log2 n` when one of them is at fault. Whether the container works at all is to be
 * checked before (attribution.ts), or every thing in it would be asked for in vain.
 * @returns the results in the order of the things
 * @throws the first error that `mayBeOne` does not accept
 */
export async function narrowDown<Thing, Result>(
  things: readonly Thing[],
  narrowed: NarrowedCall<Thing, Result>,
): Promise<Result[]> {
  const [first, ...others] = things;
  if (first === undefined) return [];
  try {
    return [...(await narrowed.call(things))];
  } catch (error) {
    if (!narrowed.mayBeOne(error)) throw error;
    if (others.length === 0) return [narrowed.failed(first, error)];
    return narrowHalves(things, narrowed);
  }
}

/** The same for things whose call is known to fail as a whole. */
export async function narrowHalves<Thing, Result>(
  things: readonly Thing[],
  narrowed: NarrowedCall<Thing, Result>,
): Promise<Result[]> {
  const middle = Math.ceil(things.length / 2);
  return [
    ...(await narrowDown(things.slice(0, middle), narrowed)),
    ...(await narrowDown(things.slice(middle), narrowed)),
  ];
}
