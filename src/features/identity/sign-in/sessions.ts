import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import type { Sql } from '../../../platform/database/data-source.js';
import { clearCookie, readCookie, setCookie } from '../../../platform/http/cookies.js';
import { callerOf, type Caller, type WayToSignIn } from '../callers/caller.js';
import { SessionCallers } from '../callers/session-callers.js';
import {
  hashOfSecret,
  isSecret,
  newSecret,
  sessionCookie,
  sessionIdleMs,
  sessionLifeMs,
} from '../callers/session-token.js';
import { SessionsStore } from '../callers/sessions.store.js';
import { scopeOfRole } from '../callers/user-role.js';
import type { User } from '../users/user.js';

/** A session just begun; the token is known here for the last time. */
export interface BegunSession {
  readonly token: string;
  readonly caller: Caller;
}

/** Begins and ends sessions. */
@Injectable()
export class Sessions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: SessionsStore,
    private readonly callers: SessionCallers,
  ) {}

  async begin(sql: Sql, user: User, signedInBy: WayToSignIn): Promise<BegunSession> {
    const now = this.clock.now();
    const token = newSecret();
    const id = uuid();
    const endsAt = this.clock.in(sessionLifeMs);
    const expiresAt = this.clock.in(sessionIdleMs);
    await this.store.insert(sql, { id, userId: user.id, signedInBy, now, expiresAt, endsAt }, hashOfSecret(token));
    const { email, role, name, profileIds } = user;
    const session = { id, email, role, signedInBy };
    const scopes = [scopeOfRole[role]];
    return { token, caller: callerOf({ kind: 'user', id: user.id, name, scopes, profileIds, expiresAt, session }) };
  }

  /** Gives the browser the session's cookie, in place of one that it had, which ends. */
  async hand(request: FastifyRequest, reply: FastifyReply, { token }: BegunSession): Promise<void> {
    await this.endOf(request);
    // How long a session lives without use is decided here and not by the browser.
    setCookie(request, reply, sessionCookie, token, sessionLifeMs / 1_000);
  }

  /** Ends the session of the request's cookie, if there still is one, and takes the cookie away. */
  async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.endOf(request);
    clearCookie(request, reply, sessionCookie);
  }

  private async endOf(request: FastifyRequest): Promise<void> {
    const token = readCookie(request, sessionCookie);
    if (token === null || !isSecret(token)) return;
    const ended = await this.store.endByHash(this.dataSource, hashOfSecret(token));
    if (ended) this.callers.forgetUser(ended.userId);
  }
}
