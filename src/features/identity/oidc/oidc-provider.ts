import { Inject, Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import type { OidcSettings, Settings } from '../../../platform/config/settings.js';
import { publicUrlOf } from '../../../platform/config/public-url.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { SETTINGS } from '../../../platform/tokens.js';
import type { Journey } from './oidc-journey.js';
import { OidcRefusal } from './oidc-refusal.js';

const timeoutSeconds = 10;
const scope = 'openid email profile';

/** Whom the provider says the browser belongs to. */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
}

/** What else it says; only an address that it has verified is worth anything. */
export interface OidcDetails {
  readonly verifiedEmail: string | null;
  readonly name: string | null;
}

/** Speaks OpenID Connect with the provider of the settings: authorization code with PKCE, state and nonce. */
@Injectable()
export class OidcProvider {
  private discovered: Promise<client.Configuration> | null = null;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** Where to send the browser, and what to remember meanwhile. @throws OidcRefusal, Problem not-found */
  async depart(): Promise<{ readonly url: URL } & Omit<Journey, 'returnTo'>> {
    const provider = await this.configuration();
    const state = client.randomState();
    const nonce = client.randomNonce();
    const verifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: this.callbackUrl(),
      scope,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url, state, nonce, verifier };
  }

  /**
   * @param query the callback's, without the question mark
   * @returns who it is; `details` asks the provider for more where the first answer does not have it
   * @throws OidcRefusal, Problem not-found
   */
  async arrive(
    query: string,
    journey: Journey,
  ): Promise<{ readonly person: OidcPerson; readonly details: () => Promise<OidcDetails> }> {
    const provider = await this.configuration();
    // As registered with the provider, whatever the proxies in between made of the address.
    const url = new URL(`${this.callbackUrl()}?${query}`);
    const tokens = await client
      .authorizationCodeGrant(provider, url, {
        expectedState: journey.state,
        expectedNonce: journey.nonce,
        pkceCodeVerifier: journey.verifier,
        idTokenExpected: true,
      })
      .catch(refuse);
    const claims = tokens.claims();
    if (!claims) throw new OidcRefusal('provider-refused', 'the answer has no ID token');
    const details = async () => {
      const asked = claims.email === undefined && provider.serverMetadata().userinfo_endpoint !== undefined;
      const said = asked ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub).catch(refuse) : claims;
      return detailsOf(said);
    };
    return { person: { issuer: claims.iss, subject: claims.sub }, details };
  }

  private callbackUrl(): string {
    return `${publicUrlOf(this.settings)}/v1/sign-in/oidc/callback`;
  }

  /** Asked for when first needed, and again after a failure: a provider that is away must not keep Postroom from starting. */
  private configuration(): Promise<client.Configuration> {
    const { oidc } = this.settings;
    if (!oidc) throw new Problem(problems.notFound, 'single sign-on is not set up');
    this.discovered ??= discover(oidc).catch((error: unknown) => {
      this.discovered = null;
      return refuse(error);
    });
    return this.discovered;
  }
}

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  // The settings take an address without TLS only on this very machine.
  const execute = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  return client.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: timeoutSeconds });
}

function detailsOf(said: Readonly<Record<string, unknown>>): OidcDetails {
  const { email, email_verified: verified, name } = said;
  // Some providers send flags as text.
  const isVerified = verified === true || verified === 'true';
  return {
    verifiedEmail: isVerified && typeof email === 'string' && email.length <= 320 ? email : null,
    name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : null,
  };
}

/** Only the names of what went wrong: what the provider wrote may hold tokens. */
function refuse(error: unknown): never {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    throw new OidcRefusal('provider-refused', /^[\w.-]{1,60}$/.exec(error.error)?.[0] ?? 'an error');
  const { name, code, cause } = error as { name?: unknown; code?: unknown; cause?: { code?: unknown } };
  const reason = [name, code, cause?.code].filter((part) => typeof part === 'string').join(' ');
  // An answer that does not hold: of another issuer, signed by nobody we know, for another request.
  const isAnswer = typeof code === 'string' && /INVALID|JWT|UNSUPPORTED|MISSING|COMPARISON|DECRYPTION|PARSE/.test(code);
  throw new OidcRefusal(isAnswer ? 'provider-refused' : 'provider-away', reason);
}
