const MAX_ANCHORS = 2_000;
const MAX_COOKIES = 20;
const MAX_LENGTH = 4_096;

interface Cookie {
  readonly value: string;
  /** In ms since 1970; Infinity for a cookie without an end. */
  readonly expiresAt: number;
}

/**
 * Cookies of one server and one credential, kept per anchor mailbox: Exchange's front end names the
 * back end of a mailbox in them (`X-BackEndCookie`). Everything goes to one URL, so domain and path
 * do not matter. The mailboxes used longest ago are forgotten first.
 */
export class CookieJar {
  private readonly byAnchor = new Map<string, Map<string, Cookie>>();

  /** The Cookie header for a call; null when there are none that are still valid. */
  header(anchor: string, now: number): string | null {
    const cookies = this.byAnchor.get(anchor);
    if (cookies === undefined) return null;
    for (const [name, { expiresAt }] of cookies) if (expiresAt <= now) cookies.delete(name);
    this.byAnchor.delete(anchor);
    if (cookies.size === 0) return null;
    this.byAnchor.set(anchor, cookies);
    return [...cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  /** Takes the Set-Cookie headers of an answer. */
  store(anchor: string, setCookies: readonly string[], now: number): void {
    for (const line of setCookies) {
      if (line.length > MAX_LENGTH) continue;
      const [pair = '', ...attributes] = line.split(';');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals).trim();
      const value = pair.slice(equals + 1).trim();
      if (equals <= 0 || /[^\x21-\x7e]/.test(name + value)) continue;
      this.set(anchor, name, { value, expiresAt: expiryOf(attributes, now) }, now);
    }
  }

  /** Drops what a mailbox's cookies led to: the next call finds its way without them. */
  forget(anchor: string): void {
    this.byAnchor.delete(anchor);
  }

  private set(anchor: string, name: string, cookie: Cookie, now: number): void {
    const cookies = this.byAnchor.get(anchor) ?? new Map<string, Cookie>();
    if (cookie.expiresAt <= now) cookies.delete(name);
    else if (cookies.size < MAX_COOKIES || cookies.has(name)) cookies.set(name, cookie);
    this.byAnchor.set(anchor, cookies);
    const [oldest] = this.byAnchor.keys();
    if (this.byAnchor.size > MAX_ANCHORS && oldest !== undefined) this.byAnchor.delete(oldest);
  }
}

/** Max-Age wins over Expires, and what cannot be read counts as not there (RFC 6265, 5.2 and 5.3). */
function expiryOf(attributes: readonly string[], now: number): number {
  let expires = Infinity;
  let maxAge: number | null = null;
  for (const attribute of attributes) {
    const equals = attribute.indexOf('=');
    if (equals < 0) continue;
    const name = attribute.slice(0, equals).trim().toLowerCase();
    const value = attribute.slice(equals + 1).trim();
    if (name === 'max-age' && /^-?\d+$/.test(value)) maxAge = Number(value);
    if (name === 'expires') {
      const date = Date.parse(value);
      expires = Number.isNaN(date) ? Infinity : date;
    }
  }
  return maxAge === null ? expires : maxAge <= 0 ? -Infinity : now + maxAge * 1_000;
}
