import { buildConnector, errors } from 'undici';

type Connector = ReturnType<typeof buildConnector>;

/**
 * Makes connections, and remembers of each socket error what undici does not tell: whether it came
 * before there was a connection, and whether the socket had served a request before.
 */
export class WatchedConnector {
  private readonly connecting = new WeakSet<object>();
  private readonly onUsedSocket = new WeakSet<object>();
  readonly connect: Connector;

  constructor(options: buildConnector.BuildOptions) {
    const base = buildConnector(options);
    this.connect = (request, callback) => {
      base(request, (...[error, socket]) => {
        if (error !== null) {
          this.connecting.add(error);
          callback(error, null);
          return;
        }
        // Ours comes before undici's own listener, which hands the same error to the request.
        socket.on('error', (failure: Error) => {
          if (socket.bytesRead > 0) this.onUsedSocket.add(failure);
        });
        callback(null, socket);
      });
    };
  }

  /** The connection was never made. */
  wasConnecting(error: unknown): boolean {
    return isObject(error) && this.connecting.has(error);
  }

  /** The socket had been read from before: for a request without an answer, a kept-alive one. */
  wasKeptAlive(error: unknown): boolean {
    if (error instanceof errors.SocketError) return (error.socket?.bytesRead ?? 0) > 0;
    return isObject(error) && this.onUsedSocket.has(error);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
