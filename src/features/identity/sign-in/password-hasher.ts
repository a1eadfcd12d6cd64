import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import argon2 from 'argon2';
import { Problem, problems } from '../../../platform/http/problem.js';

/** OWASP's parameters for argon2id (19 MiB, two passes); a stored hash made with others is made anew. */
const parameters = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** At once in a process: each takes a core and the memory above. */
const atOnce = 2;
/** Waiting for their turn: more than that would wait longer than anybody looks at a page. */
const waitingAtMost = 50;

/** Hashes and checks passwords, a few at a time, so that a flood of sign-ins takes neither all memory nor all cores. */
@Injectable()
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private dummy: Promise<string> | null = null;

  /** @throws Problem unavailable when too many wait */
  hash(password: string): Promise<string> {
    return this.inTurn(() => argon2.hash(forHashing(password), parameters));
  }

  /**
   * Takes the same time whether there is a hash or not, so that nobody learns by it who has a password.
   * @throws Problem unavailable when too many wait
   */
  async matches(hash: string | null, password: string): Promise<boolean> {
    const against = hash ?? (await this.dummyHash());
    const same = await this.inTurn(() => argon2.verify(against, forHashing(password)));
    return same && hash !== null;
  }

  isOutdated(hash: string): boolean {
    return argon2.needsRehash(hash, parameters);
  }

  private dummyHash(): Promise<string> {
    this.dummy ??= this.hash(randomBytes(32).toString('base64')).catch((error: unknown) => {
      this.dummy = null;
      throw error;
    });
    return this.dummy;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= atOnce) {
      if (this.waiting.length >= waitingAtMost)
        throw new Problem(problems.unavailable, 'too many people sign in at this moment', { retryAfterSeconds: 5 });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // Whoever waits takes over the place.
      if (next) next();
      else this.running -= 1;
    }
  }
}

/** The same password may be typed in two forms on two keyboards. */
const forHashing = (password: string) => password.normalize('NFKC');
