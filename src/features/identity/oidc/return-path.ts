const longest = 1_000;
/** Any origin will do: whatever leaves it does not lead back here. */
const here = 'http://here.invalid';

/** Where to go after signing in: a path of this site, as a browser reads it; `/` for anything else. */
export function returnPath(wanted: string | undefined): string {
  if (wanted === undefined || wanted.length > longest || !/^\/(?![/\\])/.test(wanted)) return '/';
  // Browsers drop tabs and line breaks, and read \ as /, before they look at what is there.
  if (/[\p{Cc}\\]/u.test(wanted) || !URL.canParse(wanted, here)) return '/';
  const { origin, pathname, search, hash } = new URL(wanted, here);
  const path = pathname + search + hash;
  // Encoded it is longer, and a cookie holds it.
  return origin === here && !pathname.startsWith('//') && path.length <= longest ? path : '/';
}
