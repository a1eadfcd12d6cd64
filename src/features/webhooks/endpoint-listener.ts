import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Sql } from '../../platform/database/data-source.js';
import type { DisabledReason } from './webhook-endpoint.js';

export interface KnownEndpoint {
  readonly id: string;
  /** Null: it is for all. */
  readonly profileIds: readonly string[] | null;
}

/** An endpoint that Postroom has just switched off by itself. */
export interface GivenUpEndpoint extends KnownEndpoint {
  readonly url: string;
  readonly reason: Exclude<DisabledReason, 'manual'>;
  /** Of the last attempt. */
  readonly error: string;
  /** Since when nothing has succeeded. */
  readonly failingSince: Date;
  /** When the oldest event happened that it has not been told of. */
  readonly waitingSince: Date;
}

/**
 * Learns what becomes of webhook endpoints in the transaction of it, with the endpoint's row locked.
 * Whichever module provides it, webhooks find it.
 */
export abstract class EndpointListener {
  abstract givenUp(sql: Sql, endpoint: GivenUpEndpoint, at: Date): Promise<void>;
  abstract switchedOn(sql: Sql, endpoint: KnownEndpoint, at: Date): Promise<void>;
  abstract removed(sql: Sql, endpoint: KnownEndpoint, at: Date): Promise<void>;
}

/** Looked up rather than injected: the listener's module stands on this one, and may be absent. */
@Injectable()
export class EndpointListeners {
  constructor(private readonly modules: ModuleRef) {}

  present(): EndpointListener | null {
    try {
      return this.modules.get(EndpointListener, { strict: false });
    } catch {
      return null;
    }
  }
}
