const MAX_ANCHORS = 2_000;
const MAX_COOKIES = 20;
const MAX_LENGTH = 4_096;

/**
 * Cookies of one server and one credential, kept per anchor mailbox: Exchange's front end names the
 * back end of a mailbox in them (`X-BackEndCookie`). Everything goes to one URL, so domain and path
 * do not matter. The mailboxes used longest ago are forgotten first.
 */
export class CookieJar {
  private readonly byAnchor = new Map<string, Map<string, string>>();

  /** The Cookie header for a call; null when there are none. */
  header(anchor: string): string | null {
    const cookies = this.byAnchor.get(anchor);
    if (cookies === undefined || cookies.size === 0) return null;
    this.byAnchor.delete(anchor);
    this.byAnchor.set(anchor, cookies);
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Takes the Set-Cookie headers of an answer. */
  store(anchor: string, setCookies: readonly string[], now: number): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals).trim();
      const value = pair.slice(equals + 1).trim();
      if (equals <= 0 || line.length > MAX_LENGTH || /[^\x21-\x7e]/.test(name + value)) continue;
      this.set(anchor, name, isExpired(attributes, now) ? null : value);
    }
  }

  private set(anchor: string, name: string, value: string | null): void {
    const cookies = this.byAnchor.get(anchor) ?? new Map<string, string>();
    if (value === null) cookies.delete(name);
    else if (cookies.size < MAX_COOKIES || cookies.has(name)) cookies.set(name, value);
    this.byAnchor.set(anchor, cookies);
    const [oldest] = this.byAnchor.keys();
    if (this.byAnchor.size > MAX_ANCHORS && oldest !== undefined) this.byAnchor.delete(oldest);
  }
}

function isExpired(attributes: readonly string[], now: number): boolean {
  let expires = false;
  for (const attribute of attributes) {
    const [name = '', value = ''] = attribute.split('=', 2);
    // Max-Age wins over Expires (RFC 6265, 5.3).
    if (name.trim().toLowerCase() === 'max-age') return Number(value) <= 0;
    if (name.trim().toLowerCase() === 'expires') expires = Date.parse(value) <= now;
  }
  return expires;
}
