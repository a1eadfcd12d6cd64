import {
  checkServerIdentity,
  connect as connectTls,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import type { TlsFinding, TlsTrouble } from '../../port/mail-server-probe.js';
import type { ExchangeServerOptions } from '../exchange-options.js';
import { asError, limited } from './limited.js';
import { probeError } from './probe-error.js';
import type { ServerPlace } from './server-place.js';

const maxChain = 10;
const maxNames = 50;
const maxName = 300;

/**
 * Looks at the server's certificate with the trust that calls have. The handshake is let through whatever
 * it is, so that one look tells of everything that is wrong; nothing is sent over it.
 */
export async function handshake(
  place: ServerPlace,
  tls: ExchangeServerOptions['tls'],
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<TlsFinding | null> {
  if (!place.encrypted) return null;
  const { host, port, lookup, isAddress, refusal } = place;
  if (refusal) throw probeError('Handshake', refusal);
  const socket = connectTls({
    host,
    port,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    // The names of addresses are not sent (RFC 6066).
    ...(isAddress ? {} : { servername: host }),
    ...(lookup ? { lookup } : {}),
    ...(tls?.ca ? { ca: tls.ca as string | Buffer | (string | Buffer)[] } : {}),
  });
  const secured = new Promise<TlsFinding>((resolve, reject) => {
    socket.once('secureConnect', () => {
      // What is thrown in a listener nobody could catch.
      try {
        resolve(findingOf(socket, host));
      } catch (error) {
        reject(asError(error));
      }
    });
    socket.once('close', () => reject(new Error('the server closed the connection during the handshake')));
    socket.on('error', reject);
  });
  try {
    return await limited(secured, limitMs, signal);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw probeError('Handshake', error);
  } finally {
    socket.destroy();
  }
}

function findingOf(socket: TLSSocket, host: string): TlsFinding {
  const certificate = socket.getPeerCertificate(true);
  const [validFrom, validTo] = [new Date(certificate.valid_from), new Date(certificate.valid_to)];
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    certificate: {
      subject: nameOf(certificate.subject),
      names: namesOf(certificate),
      issuer: nameOf(certificate.issuer),
      validFrom,
      validTo,
    },
    chain: chainOf(certificate),
    troubles: troublesOf(socket, host, certificate),
  };
}

function troublesOf(socket: TLSSocket, host: string, certificate: PeerCertificate): TlsTrouble[] {
  const troubles: TlsTrouble[] = [];
  // Node reports the chain's first fault only, or the name when the chain is good; the name is looked at by itself.
  const reported = socket.authorizationError as unknown;
  const code = reported instanceof Error ? ((reported as { code?: string }).code ?? reported.message) : reported;
  if (typeof code === 'string' && code !== 'ERR_TLS_CERT_ALTNAME_INVALID') troubles.push({ kind: kindOf(code), code });
  if (checkServerIdentity(host, certificate) !== undefined) {
    troubles.push({ kind: 'name', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  }
  return troubles;
}

function kindOf(code: string): TlsTrouble['kind'] {
  if (code === 'CERT_HAS_EXPIRED') return 'expired';
  return code === 'CERT_NOT_YET_VALID' ? 'not-yet-valid' : 'untrusted';
}

function chainOf(certificate: DetailedPeerCertificate): string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  // A root is its own issuer, and what is not known is undefined.
  let current: DetailedPeerCertificate | undefined = certificate;
  while (current?.fingerprint256 !== undefined && !seen.has(current.fingerprint256) && chain.length < maxChain) {
    seen.add(current.fingerprint256);
    chain.push(nameOf(current.subject));
    current = current.issuerCertificate;
  }
  return chain;
}

function nameOf(subject: PeerCertificate['subject'] | undefined): string {
  const { CN, O, OU } = subject ?? {};
  const [name] = [CN, O, OU].flat().filter((part) => part !== undefined && part !== '');
  return (name ?? '(no name)').slice(0, maxName);
}

function namesOf({ subjectaltname, subject }: PeerCertificate): string[] {
  const names = (subjectaltname ?? '')
    .split(', ')
    .map((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1]?.slice(0, maxName))
    .filter((name) => name !== undefined);
  return names.length > 0 ? names.slice(0, maxNames) : [nameOf(subject)];
}
