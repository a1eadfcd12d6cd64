import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Which connection it came on: 1 for the first. */
  readonly connection: number;
  readonly socket: Socket;
}

export type Responder = (request: SeenRequest, response: ServerResponse) => unknown;

export interface EwsStub {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** The connections made so far. */
  connections(): number;
  server: Server;
  /** Whether answers repeat the request's id, as Exchange's do. */
  echoes: boolean;
  /** Answers this and every later request. */
  answer(responder: Responder): void;
  close(): Promise<void>;
}

/** A real HTTP server that answers whatever a test wants, and keeps what it was sent. */
export async function startEwsStub(responder: Responder = (_request, response) => response.end()): Promise<EwsStub> {
  let current = responder;
  const seen: SeenRequest[] = [];
  const numbers = new WeakMap<Socket, number>();
  let connections = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const record: SeenRequest = {
        method: request.method ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        connection: numbers.get(request.socket) ?? 0,
        socket: request.socket,
      };
      seen.push(record);
      const id = request.headers['client-request-id'];
      if (stub.echoes && typeof id === 'string') response.setHeader('client-request-id', id);
      void current(record, response);
    });
  });
  server.on('connection', (socket) => numbers.set(socket, ++connections));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: EwsStub = {
    echoes: true,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`,
    seen,
    connections: () => connections,
    server,
    answer: (next) => {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stub;
}

/** Answers with XML. */
export function xml(body: string | Buffer, status = 200, headers: Record<string, string> = {}): Responder {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/xml; charset=utf-8', ...headers });
    response.end(body);
  };
}

/** Answers the requests one after the other; the last one for all that follow. */
export function inTurn(...responders: Responder[]): Responder {
  let turn = 0;
  return (request, response) => responders[Math.min(turn++, responders.length - 1)]?.(request, response);
}
