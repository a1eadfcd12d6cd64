import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../platform/http/problem.js';
import { RequestGuard } from '../../platform/http/request-guard.js';
import type { Caller } from '../identity/callers/caller.js';
import { showEvent } from './events.schemas.js';
import type { FeedFilter } from './feed-filter.js';
import { encodePosition, type FeedPosition } from './feed-position.js';
import { FeedReader, type FeedPage } from './feed-reader.js';

const batch = 200;
/** With the three seconds for which a caller is remembered, within the five after which a revoked key is promised to have stopped working. */
const heartbeatMs = 2_000;

/** Sends the feed as server-sent events until the client goes, its key ends or the process stops. */
@Injectable()
export class EventStream {
  constructor(
    private readonly reader: FeedReader,
    private readonly modules: ModuleRef,
  ) {}

  async send(request: FastifyRequest, reply: FastifyReply, after: FeedPosition, filter: FeedFilter): Promise<void> {
    const gone = new AbortController();
    const socket = reply.raw;
    socket.on('close', () => gone.abort());
    reply.hijack();
    const headers = {
      ...reply.getHeaders(),
      'content-type': 'text/event-stream',
      connection: 'close',
      'x-accel-buffering': 'no',
    };
    socket.writeHead(200, headers as Record<string, string>);
    // The first bytes tell the client, and proxies in between, that it is connected.
    socket.write('retry: 1000\n\n');
    try {
      let checkedAt = performance.now();
      for await (const page of this.reader.pages(after, filter, batch, heartbeatMs, gone.signal)) {
        if (performance.now() - checkedAt >= heartbeatMs) {
          if (!(await this.isStillAdmitted(request))) break;
          checkedAt = performance.now();
        }
        // Nothing more is read while the client does not take what was sent.
        if (!socket.write(textOf(page)) && !gone.signal.aborted)
          await once(socket, 'drain', { signal: gone.signal }).catch(() => undefined);
      }
    } finally {
      // A half-closed connection of a client that went would hold up the shutdown of the server.
      if (gone.signal.aborted) request.raw.socket.destroy();
      else socket.end();
    }
  }

  /**
   * A stream outlives the request that opened it; the key or session behind it may have ended since, or see
   * other profiles. Then the stream ends, and the client comes again with what it may see now.
   */
  private async isStillAdmitted(request: FastifyRequest): Promise<boolean> {
    try {
      const before = reachOf(request);
      await this.modules.get(RequestGuard, { strict: false }).admit(request);
      return reachOf(request) === before;
    } catch (error) {
      // The database being away says nothing about the key.
      return !(error instanceof Problem);
    }
  }
}

/** Which profiles the caller sees, to be compared. */
function reachOf({ caller }: FastifyRequest): string {
  const { profileIds = null } = (caller ?? {}) as Partial<Caller>;
  return profileIds === null ? 'all' : [...profileIds].sort().join();
}

/** Ids are cursors: what a client sends back as Last-Event-ID. Without events the comment keeps the connection open. */
function textOf({ rows, position }: FeedPage): string {
  if (rows.length === 0) return `id: ${encodePosition(position)}\n: up to here\n\n`;
  return rows
    .map((row) => `id: ${encodePosition(row)}\nevent: ${row.type}\ndata: ${JSON.stringify(showEvent(row))}\n\n`)
    .join('');
}
