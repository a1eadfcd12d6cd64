import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { PoxEndpoint } from './autodiscover/pox-endpoint.js';
import { behaviourFrom } from './behaviour.js';
import { CallLog } from './control/call-log.js';
import { type SandboxControl, sandboxControl } from './control/control.js';
import { FaultInjector } from './control/fault-injection.js';
import { ControlHttp } from './control/control-http.js';
import { EwsEndpoint } from './ews-endpoint.js';
import { MailFlow } from './mail-flow/mail-flow.js';
import type { SandboxOptions } from './options.js';
import { Organisation } from './store/organisation.js';
import { restore } from './store/persistence.js';
import { seed } from './seed.js';
import { StreamingConnections } from './streaming/streaming-connections.js';
import { Traffic } from './traffic/traffic.js';

export type { SandboxOptions, SandboxMailboxSeed, SandboxServiceAccount, RecordedExchange } from './options.js';
export type { SandboxControl } from './control/control.js';

/** A running sandbox. */
export interface Sandbox {
  /** Where clients talk EWS. */
  readonly ewsUrl: string;
  /** Base of the control API, loopback only. */
  readonly controlUrl: string;
  readonly control: SandboxControl;
  /** Ends all connections and writes what is left to write. */
  close(): Promise<void>;
}

/**
 * Starts an Exchange server for development and tests: EWS over HTTP with Basic authentication, and the control
 * API beside it. With a `dataFile` it finds everything again that it held before.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const organisation = new Organisation(
    (options.domain ?? 'postroom.example').toLowerCase(),
    options.clock ?? (() => new Date()),
  );
  if (options.dataFile !== undefined) await restore(organisation, options.dataFile);
  seed(organisation, options);

  const behaviour = behaviourFrom(options);
  const mailFlow = new MailFlow(organisation);
  const faults = new FaultInjector();
  const log = new CallLog();
  const streaming = new StreamingConnections(behaviour);
  const traffic = new Traffic(organisation);
  const control = sandboxControl(organisation, mailFlow, behaviour, faults, log, traffic);
  const ews = new EwsEndpoint(organisation, mailFlow, behaviour, faults, log, streaming, options.record);
  const controlHttp = new ControlHttp(control, organisation, faults);

  let ewsUrl = '';
  const pox = new PoxEndpoint(organisation, faults, log, () => ewsUrl);
  const serverOptions = { keepAliveTimeout: 120_000, requestTimeout: 0 };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.end(String(error));
    });
  };
  const server = options.tls
    ? createTlsServer({ ...serverOptions, ...options.tls }, listener)
    : createServer(serverOptions, listener);
  const answer = (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path.toLowerCase() === '/ews/exchange.asmx') return ews.handle(request, response);
    if (path.toLowerCase() === '/autodiscover/autodiscover.xml') return pox.handle(request, response);
    if (path.startsWith('/control/')) return controlHttp.handle(request, response, path.slice('/control/'.length));
    response.writeHead(404).end();
    return Promise.resolve();
  };
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    log.connectionOpened();
    socket.on('close', () => {
      sockets.delete(socket);
      log.connectionClosed();
    });
  });

  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      organisation.journal.close();
      reject(error);
    });
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const scheme = options.tls ? 'https' : 'http';
  ewsUrl = `${scheme}://${host}:${String(port)}/EWS/Exchange.asmx`;
  return {
    ewsUrl,
    controlUrl: `${scheme}://127.0.0.1:${String(port)}/control`,
    control,
    close: async () => {
      traffic.stop();
      streaming.close();
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      organisation.journal.close();
    },
  };
}
