import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { METRICS } from '../../../platform/tokens.js';
import type { WayToSignIn } from '../callers/caller.js';

/** `refused`: wrong password, link or user; `limited`: too many attempts; `failed`: the provider is unavailable. */
export type SignInOutcome = 'signed-in' | 'refused' | 'limited' | 'failed';

/** Tries at signing in, by what came of them. */
@Injectable()
export class SignInMetrics {
  private readonly tries: Counter<'by' | 'outcome'>;

  constructor(@Inject(METRICS) registry: Registry) {
    this.tries = new Counter({
      name: 'postroom_sign_ins_total',
      help: 'Sign-in attempts, by method (password, oidc, link) and outcome: signed-in, refused, limited (too many attempts), failed (the provider is unavailable)',
      labelNames: ['by', 'outcome'],
      registers: [registry],
    });
  }

  tried(by: WayToSignIn, outcome: SignInOutcome): void {
    this.tries.inc({ by, outcome });
  }
}
