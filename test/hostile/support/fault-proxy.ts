import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Pool } from 'undici';
import type { Answer, EwsCall, Reply, Serve } from './wire.js';

const hopByHop = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date']);

/** What of a connection outlasts a request. */
interface Connection {
  requests: number;
  /** An answer that is still to come a second time. */
  stray: Buffer | null;
}

/** Stands between Postroom and the sandbox, lets a chain of faults spoil the answers, and counts the calls. */
export class FaultProxy {
  /** By mailbox. */
  readonly calls = new Map<string, number>();
  /** The last calls, one line each, for whoever looks into a failing seed. */
  readonly log: string[] = [];
  private readonly connections = new WeakMap<Socket, Connection>();
  private readonly sockets = new Set<Socket>();
  private readonly pool: Pool;

  private constructor(
    private readonly server: Server,
    target: string,
    private readonly serve: (call: EwsCall, forward: Serve) => Promise<Answer>,
    private readonly now: () => number,
  ) {
    this.pool = new Pool(new URL(target).origin, { connections: 4 });
    server.on('connection', (socket: Socket) => {
      this.connections.set(socket, { requests: 0, stray: null });
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.handle(request, response).catch((error: unknown) => {
        this.log.push(`the proxy failed: ${String((error as Error).stack)}`);
        request.socket.destroy();
      });
    });
  }

  static async open(
    target: string,
    serve: (call: EwsCall, forward: Serve) => Promise<Answer>,
    now: () => number,
  ): Promise<FaultProxy> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const proxy = new FaultProxy(server, target, serve, now);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/EWS/Exchange.asmx`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
    await this.pool.destroy();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket, headers } = request;
    const connection = this.connections.get(socket) ?? { requests: 0, stray: null };
    const call: EwsCall = {
      operation: String(headers.soapaction ?? '')
        .replaceAll('"', '')
        .split('/')
        .slice(-1)
        .join(),
      mailbox: String(headers['x-anchormailbox'] ?? ''),
      body: await bodyOf(request),
      headers,
      requestsBefore: connection.requests,
    };
    connection.requests += 1;
    this.calls.set(call.mailbox, (this.calls.get(call.mailbox) ?? 0) + 1);
    const answer = await this.serve(call, (asked) => this.forward(asked, request.url ?? '/'));
    this.note(call, answer);
    if (connection.stray) {
      socket.write(connection.stray);
      connection.stray = null;
    }
    if (answer === 'reset') socket.destroy();
    else this.send(connection, socket, response, echoing(call, answer));
  }

  private send(connection: Connection, socket: Socket, response: ServerResponse, answer: Reply): void {
    const bytes = Buffer.from(answer.body, 'utf8');
    const kept = Object.entries(answer.headers).filter(([name]) => !hopByHop.has(name));
    const headers = { ...Object.fromEntries(kept), 'content-length': String(bytes.length) };
    if (answer.comesTwice) {
      const lines = Object.entries(headers).flatMap(([name, values]) =>
        [values].flat().map((value) => `${name}: ${value}\r\n`),
      );
      connection.stray = Buffer.concat([
        Buffer.from(`HTTP/1.1 ${answer.status} Again\r\n${lines.join('')}\r\n`, 'latin1'),
        bytes,
      ]);
    }
    response.writeHead(answer.status, headers);
    if (answer.tornAt === undefined) response.end(bytes);
    else response.write(bytes.subarray(0, Math.floor(bytes.length * answer.tornAt)), () => socket.destroy());
  }

  private async forward(call: EwsCall, path: string): Promise<Answer> {
    const given = Object.entries(call.headers).filter(([name]) => !hopByHop.has(name) && name !== 'host');
    const response = await this.pool.request({
      path,
      method: 'POST',
      headers: { ...Object.fromEntries(given), 'accept-encoding': 'identity' },
      body: call.body,
    });
    const headers = Object.entries(response.headers).filter(([, value]) => value !== undefined);
    return {
      status: response.statusCode,
      headers: Object.fromEntries(headers) as Reply['headers'],
      body: await response.body.text(),
    };
  }

  private note({ operation, mailbox, requestsBefore }: EwsCall, answer: Answer): void {
    const said = answer === 'reset' ? 'reset' : `${answer.status} ${codesIn(answer.body)}`;
    this.log.push(`${this.now() / 1_000} s ${mailbox} ${operation} (${requestsBefore}) -> ${said}`);
  }
}

/** What a fault says in the server's name, or repeats, has the id of the request, as all that the server answers. */
function echoing({ headers }: EwsCall, answer: Reply): Reply {
  const id = headers['client-request-id'];
  const isServers = String(answer.headers['content-type'] ?? '').startsWith('text/xml');
  if (typeof id !== 'string' || !isServers) return answer;
  return { ...answer, headers: { ...answer.headers, 'client-request-id': id } };
}

const codesIn = (body: string): string =>
  [...body.matchAll(/ResponseCode[^>]*>([^<]*)</g)].map(([, code = '']) => code).join(' ');

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
