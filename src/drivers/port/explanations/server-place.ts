/** A server as the commands of a terminal name it. */
export interface ServerPlace {
  readonly url: string;
  /** Lower case; IPv6 in brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  /** Numbers need no name resolution, and TLS knows no name for them. */
  readonly isAddress: boolean;
}

/** @returns null for what is no address of a web server, or would be taken for an option of a command */
export function placeOf(ewsUrl: string): ServerPlace | null {
  if (!URL.canParse(ewsUrl)) return null;
  const { protocol, hostname, port, origin, pathname } = new URL(ewsUrl);
  if ((protocol !== 'https:' && protocol !== 'http:') || !/^[a-z0-9[]/.test(hostname)) return null;
  const tls = protocol === 'https:';
  return {
    url: origin + pathname,
    hostname,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    tls,
    isAddress: /^(\[.*\]|[\d.]+)$/.test(hostname),
  };
}
