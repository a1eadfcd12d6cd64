import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const clientId = 'postroom';
export const clientSecret = 'a-secret-of-the-tests-only';

/** A person as the provider knows them. */
export interface ProviderPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

export interface TestOidcProvider {
  readonly issuer: string;
  /** By the subject. */
  readonly people: Map<string, ProviderPerson>;
  /** Walks through the provider's own pages as this person. @returns where it sends the browser then */
  signIn(authorizationUrl: string, subject: string): Promise<URL>;
  close(): Promise<void>;
}

/** A real OpenID provider on this machine. @param claimsInIdToken false: details are at its userinfo address only */
export async function startOidcProvider(
  redirectUri: string,
  { claimsInIdToken = true, port = 0 }: { claimsInIdToken?: boolean; port?: number } = {},
): Promise<TestOidcProvider> {
  // It warns of everything that makes it fit for a test.
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const people = new Map<string, ProviderPerson>();
  // The issuer has the port, and the port is known when the server listens.
  let handle: ReturnType<Provider['callback']> | null = null;
  const server: Server = createServer((request, response) => void handle?.(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !claimsInIdToken,
    pkce: { required: () => true },
    cookies: { keys: ['tests'] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
  });
  warn.mockRestore();
  handle = provider.callback();
  return {
    issuer,
    people,
    signIn: (url, subject) => walk(url, subject, redirectUri),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A browser with a cookie jar that fills in the provider's development forms. */
async function walk(start: string, subject: string, redirectUri: string): Promise<URL> {
  const jar = new Map<string, string>();
  let request: { url: string; form: string | null } = { url: start, form: null };
  for (let step = 0; step < 12; step += 1) {
    const response = await fetch(request.url, {
      redirect: 'manual',
      method: request.form === null ? 'GET' : 'POST',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(request.form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(request.form === null ? {} : { body: request.form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, request.url);
      if (next.href.startsWith(redirectUri)) return next;
      request = { url: next.href, form: null };
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
    if (!action || !prompt) throw new Error(`the provider answered ${response.status}: ${page}`);
    const login: Record<string, string> = prompt === 'login' ? { login: subject, password: 'any' } : {};
    request = { url: new URL(action, request.url).href, form: new URLSearchParams({ prompt, ...login }).toString() };
  }
  throw new Error('the provider sends the browser round in circles');
}
