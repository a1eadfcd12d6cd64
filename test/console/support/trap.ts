import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Another server than ours, which mail wants browsers to ask. */
export interface Trap {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** Whether anybody so much as connected. */
  connections(): number;
  /** What requests said of where they came from, by path. */
  readonly referrers: Map<string, string | undefined>;
  close(): Promise<void>;
}

export async function setTrap(): Promise<Trap> {
  const asked: string[] = [];
  let connections = 0;
  const referrers = new Map<string, string | undefined>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    referrers.set(request.url ?? '', request.headers.referer);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>elsewhere</title>');
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    connections: () => connections,
    referrers,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
