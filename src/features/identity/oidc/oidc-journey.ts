import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { clearCookie, readCookie, setCookie } from '../../../platform/http/cookies.js';
import { SecretBox } from '../../../platform/secrets/secret-box.js';

const cookie = 'postroom_oidc';
const owner = 'oidc/journey';
/** Long enough to look for a second factor. */
const lifeMs = 10 * 60_000;

const journey = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  endsAt: z.number(),
});

/** What has to be remembered of a browser while it is with the provider. */
export type Journey = Omit<z.output<typeof journey>, 'endsAt'>;

/**
 * Keeps that in a sealed cookie of the same browser: any process can take it up, nobody can begin a sign-in
 * and have another's browser end it, and there is nothing to clear away.
 */
@Injectable()
export class OidcJourneys {
  constructor(
    private readonly secretBox: SecretBox,
    private readonly clock: Clock,
  ) {}

  begin(request: FastifyRequest, reply: FastifyReply, of: Journey): void {
    const endsAt = this.clock.in(lifeMs).getTime();
    const sealed = this.secretBox.seal(JSON.stringify({ ...of, endsAt }), owner);
    setCookie(request, reply, cookie, sealed, lifeMs / 1_000);
  }

  /** Takes the cookie away: a journey is ended once. @returns null without one, or when it took too long */
  end(request: FastifyRequest, reply: FastifyReply): Journey | null {
    const sealed = readCookie(request, cookie);
    clearCookie(request, reply, cookie);
    if (sealed === null) return null;
    try {
      const { endsAt, ...rest } = journey.parse(JSON.parse(this.secretBox.open(sealed, owner)));
      return endsAt > this.clock.now().getTime() ? rest : null;
    } catch {
      // Not of our making, or sealed with a key that is gone.
      return null;
    }
  }
}
