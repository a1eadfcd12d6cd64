import type { FastifyReply, FastifyRequest } from 'fastify';

/** Below the time after which proxies take a silent answer for dead. */
const heartbeatMs = 15_000;

/** An answer that is sent line by line, as server-sent events where the caller asks for them. */
export class StepStream {
  private readonly socket: FastifyReply['raw'];
  private readonly asEvents: boolean;
  private readonly gone = new AbortController();
  private heart: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {
    this.socket = reply.raw;
    this.asEvents = /\btext\/event-stream\b/i.test(request.headers.accept ?? '');
  }

  /** Aborted when the caller goes before the end. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  open(): void {
    this.socket.on('close', () => {
      clearInterval(this.heart);
      if (!this.socket.writableEnded) this.gone.abort();
    });
    // A write to a caller who has just gone is no error of anybody's.
    this.socket.on('error', () => undefined);
    if (this.socket.destroyed) this.gone.abort();
    this.reply.hijack();
    const headers = {
      ...this.reply.getHeaders(),
      'content-type': this.asEvents ? 'text/event-stream' : 'application/x-ndjson; charset=utf-8',
      connection: 'close',
      'x-accel-buffering': 'no',
    };
    this.socket.writeHead(200, headers as Record<string, string>);
    this.socket.flushHeaders();
    if (this.asEvents) this.heart = setInterval(() => this.socket.write(': still at it\n\n'), heartbeatMs).unref();
  }

  /** A dozen lines of a few kilobytes: whether the caller has read them need not be waited for. */
  send(type: string, content: object): void {
    if (this.gone.signal.aborted) return;
    const line = JSON.stringify({ type, ...content });
    this.socket.write(this.asEvents ? `event: ${type}\ndata: ${line}\n\n` : `${line}\n`);
  }

  end(): void {
    clearInterval(this.heart);
    // A half-closed connection of a caller that went would hold up the shutdown of the server.
    if (this.gone.signal.aborted) this.request.raw.socket.destroy();
    else this.socket.end();
  }
}
