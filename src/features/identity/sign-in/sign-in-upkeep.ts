import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { SessionsStore } from '../callers/sessions.store.js';
import { GuessDelaysStore } from './guess-delays.store.js';
import { SignInAttemptsStore } from './sign-in-attempts.store.js';
import { SignInLinksStore } from './sign-in-links.store.js';

/** Clears away ended sessions, links and counts of tries, none of which work any more. */
@Injectable()
export class SignInUpkeep {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly sessions: SessionsStore,
    private readonly links: SignInLinksStore,
    private readonly attempts: SignInAttemptsStore,
    private readonly delays: GuessDelaysStore,
  ) {}

  /** @param limit rows of each at most @returns whether there may be more */
  async step(limit: number): Promise<boolean> {
    const now = this.clock.now();
    const sql = this.dataSource.manager;
    const removed = [
      await this.sessions.removeExpired(sql, now, limit),
      await this.links.removeExpired(sql, now, limit),
      await this.attempts.removeEnded(sql, now, limit),
      await this.delays.removeEnded(sql, now, limit),
    ];
    return removed.includes(limit);
  }
}
