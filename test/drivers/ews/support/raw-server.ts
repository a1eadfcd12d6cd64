import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface RawRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Which connection it came on: 1 for the first. */
  readonly connection: number;
  readonly socket: Socket;
}

export interface RawServer {
  readonly url: string;
  readonly seen: RawRequest[];
  close(): Promise<void>;
}

/** A TCP server that reads requests as HTTP and leaves every byte of its answers to the test. */
export async function startRawServer(respond: (request: RawRequest) => unknown): Promise<RawServer> {
  const seen: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        const headers = headersOf(pending.subarray(0, end).toString('latin1'));
        const size = Number(headers['content-length'] ?? 0);
        if (pending.length < end + 4 + size) return;
        const body = pending.subarray(end + 4, end + 4 + size).toString('utf8');
        pending = pending.subarray(end + 4 + size);
        const request = { headers, body, connection, socket };
        seen.push(request);
        void respond(request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`,
    seen,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function headersOf(head: string): Record<string, string> {
  const [, ...lines] = head.split('\r\n');
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

/** One whole HTTP answer. */
export function rawAnswer(body: string, headers: Readonly<Record<string, string>> = {}, status = 200): string {
  const lines = Object.entries({ 'Content-Type': 'text/xml', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} X`, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}
