/**
 * "all profiles", "Head office, Branches and 3 more".
 * @param nameOf undefined for a profile that is gone or whose name has not come yet
 */
export function reachInWords(profileIds: readonly string[] | null, nameOf: (id: string) => string | undefined): string {
  if (profileIds === null) return 'all profiles';
  if (profileIds.length === 0) return 'no profile yet';
  const shown = profileIds.slice(0, 3).map((id) => nameOf(id) ?? `profile ${id.slice(0, 8)}`);
  const more = profileIds.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
