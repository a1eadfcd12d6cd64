import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ProxiedCall {
  /** Of the SOAPAction: `GetItem`. */
  readonly operation: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  /** What the server behind answers, to this call or to another body in its place. */
  readonly forward: (body?: string) => Promise<ProxiedAnswer>;
}

/** An answer in place of the server's; undefined passes the call on. */
export type Spoil = (call: ProxiedCall) => Promise<ProxiedAnswer | undefined> | ProxiedAnswer | undefined;

/** Stands in front of the sandbox, as scanners and gateways do, and spoils what a test wants spoilt. */
export class SpoilingProxy {
  spoil: Spoil = () => undefined;
  /** Operations in the order in which they were called. */
  readonly calls: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<SpoilingProxy> {
    const { hostname, port, pathname } = new URL(target);
    const server = createServer((incoming, outgoing) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        const body = Buffer.concat(parts);
        const forward = (other?: string) =>
          passOn(
            { hostname, port, path: pathname },
            incoming.headers,
            other === undefined ? body : Buffer.from(other, 'utf8'),
          );
        const operation = String(incoming.headers.soapaction ?? '')
          .replaceAll('"', '')
          .replace(/^.*\//, '');
        proxy.calls.push(operation);
        const call = {
          operation,
          body: body.toString('utf8'),
          headers: incoming.headers,
          socket: incoming.socket,
          forward,
        };
        void Promise.resolve(proxy.spoil(call))
          .then(async (spoilt) => spoilt ?? (await forward()))
          .then((answer) => {
            const content = Buffer.from(answer.body, 'utf8');
            const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...headers } = answer.headers;
            outgoing.writeHead(answer.status, { ...headers, 'content-length': content.length });
            outgoing.end(content);
          })
          .catch(() => incoming.socket.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new SpoilingProxy(
      server,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(target).pathname}`,
    );
    return proxy;
  }

  /** How often an operation was called. */
  count(operation: string): number {
    return this.calls.filter((name) => name === operation).length;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function passOn(
  target: { hostname: string; port: string; path: string },
  { connection: _, 'transfer-encoding': __, ...headers }: IncomingHttpHeaders,
  body: Buffer,
): Promise<ProxiedAnswer> {
  return new Promise((resolve, reject) => {
    const out = request(
      {
        ...target,
        method: 'POST',
        headers: { ...headers, 'accept-encoding': 'identity', 'content-length': body.length },
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        );
      },
    );
    out.on('error', reject);
    out.end(body);
  });
}
