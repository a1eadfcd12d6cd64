import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { METRICS } from '../../platform/tokens.js';
import type { WayToSignIn } from '../access/caller.js';

/** `refused`: wrong password, link or person; `locked`: a user that wrong passwords have locked; `limited`: too many tries; `failed`: the provider is away. */
export type SignInOutcome = 'signed-in' | 'refused' | 'locked' | 'limited' | 'failed';

/** Tries at signing in, by what came of them. */
@Injectable()
export class SignInMetrics {
  private readonly tries: Counter<'by' | 'outcome'>;

  constructor(@Inject(METRICS) registry: Registry) {
    this.tries = new Counter({
      name: 'postroom_sign_ins_total',
      help: 'Tries at signing in, by way (password, oidc, link) and outcome: signed-in, refused, locked (after wrong passwords), limited (too many tries), failed (the provider is away)',
      labelNames: ['by', 'outcome'],
      registers: [registry],
    });
  }

  tried(by: WayToSignIn, outcome: SignInOutcome): void {
    this.tries.inc({ by, outcome });
  }
}
