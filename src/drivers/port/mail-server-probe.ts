import type { CallDiagnostics } from './mail-error.js';
import type { CallOptions, MailServer } from './mail-server.js';

/** What the name of a server leads to. */
export interface NameFinding {
  readonly host: string;
  readonly port: number;
  /** The address names an IP address, so that nothing was looked up. */
  readonly isAddress: boolean;
  readonly addresses: readonly string[];
}

export interface ConnectFinding {
  readonly address: string;
  readonly port: number;
}

export interface CertificateFinding {
  readonly subject: string;
  /** The names and addresses that it is for. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** Why runs refuse a connection: `name`, `expired`, `not-yet-valid`, or `untrusted` for everything in the chain. */
export interface TlsTrouble {
  readonly kind: 'name' | 'expired' | 'not-yet-valid' | 'untrusted';
  /** As OpenSSL or Node names it: `CERT_HAS_EXPIRED`. */
  readonly code: string;
}

export interface TlsFinding {
  /** `TLSv1.3`. */
  readonly protocol: string;
  readonly certificate: CertificateFinding;
  /** Subjects from the server's own certificate up to the last one that is known. */
  readonly chain: readonly string[];
  readonly troubles: readonly TlsTrouble[];
}

/** How a server answers a request that carries no credentials. */
export interface GreetingFinding {
  readonly status: number;
  /** Authentication schemes of WWW-Authenticate, each once: `Basic`, `NTLM`. */
  readonly offered: readonly string[];
  /** What the answer says in words, without markup; empty when it says nothing. */
  readonly words: string;
  /** Whether it is recognised as a mail server; otherwise `words` and `location` are for administrators only. */
  readonly isMailServer: boolean;
  /** Where a redirect leads, without its query. */
  readonly location: string | null;
  readonly diagnostics: CallDiagnostics;
}

/**
 * Looks at one mail server layer by layer, with the settings and over the very client that runs use. One
 * call at a time, over one connection. All reject with `MailServerError` and nothing else, but for an abort.
 */
export interface MailServerProbe extends MailServer {
  lookUp(options?: CallOptions): Promise<NameFinding>;
  /** Opens a TCP connection and closes it again. */
  connect(options?: CallOptions): Promise<ConnectFinding>;
  /** Looks at the certificate whatever it is; null where the address is without TLS. */
  handshake(options?: CallOptions): Promise<TlsFinding | null>;
  /** Asks without credentials. */
  greet(options?: CallOptions): Promise<GreetingFinding>;
  /** The cheapest call as the service account itself: an error with the origin `response` came after signing in. */
  signIn(options?: CallOptions): Promise<void>;
  /** Of the last call that was answered or failed; null before the first one. */
  lastCall(): CallDiagnostics | null;
}

/** One address that was asked where a mailbox lives. */
export interface DiscoveryAttempt {
  readonly url: string;
  /** `NoError`, `Http404`, `ENOTFOUND`, `RedirectNotFollowed`, … */
  readonly code: string;
  readonly text: string;
  readonly requestId: string | null;
}

export interface DiscoveryFinding {
  /** Null when nobody knew, or when it must not be trusted; the attempts say which. */
  readonly serverUrl: string | null;
  readonly attempts: readonly DiscoveryAttempt[];
  /** A server refused the credentials, after which nobody else was asked. */
  readonly credentialsRefused: boolean;
}
