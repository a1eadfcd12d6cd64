import type { Names } from '../remedies/names.js';
import {
  callCommands,
  certificateCommands,
  chainCommands,
  connectCommands,
  handshakeCommands,
  lookupCommands,
} from '../remedies/network-commands.js';
import { row, type CodeRow, type CodeRows, type Words } from './code-row.js';

const unreachable = (words: (names: Names) => Words): CodeRow => row(['network', 'server', 'backoff'], words);

const noAnswer = (title: string, meaning: (names: Names) => string, causes: readonly string[]): CodeRow =>
  unreachable((names) => ({
    title,
    meaning: meaning(names),
    causes,
    advice:
      'See from the host of Postroom how far a connection comes; then look at the server, the firewall and the route in that order.',
    commands: [...lookupCommands(names), ...connectCommands(names), ...callCommands(names)],
  }));

const noName = (title: string, meaning: (names: Names) => string, causes: readonly string[], selfHealing: boolean) =>
  unreachable((names) => ({
    title,
    meaning: meaning(names),
    causes,
    advice:
      'See whether the name resolves on the host of Postroom (in a container: inside it); then correct ewsUrl of the profile or the DNS.',
    commands: [...lookupCommands(names), ...callCommands(names)],
    selfHealing,
  }));

/** No call is made to a server that cannot prove who it is, because each one carries the password. */
const untrusted = (
  title: string,
  meaning: (names: Names) => string,
  causes: readonly string[],
  advice: string,
): CodeRow =>
  unreachable((names) => ({
    title,
    meaning: `${meaning(names)} Postroom does not send it a password.`,
    causes,
    advice,
    commands: [...certificateCommands(names), ...chainCommands(names)],
    selfHealing: false,
  }));

const addAuthority =
  'Let the server use a certificate that the host of Postroom trusts, or give Postroom the certificate of your authority in a file named by NODE_EXTRA_CA_CERTS, and restart it.';

const unknownIssuer = untrusted(
  'The issuer of the server’s certificate is not trusted',
  ({ server }) => `The certificate of ${server} was signed by an authority that the host of Postroom does not know.`,
  [
    'The server does not send the intermediate certificate.',
    'The certificate comes from your organisation’s own authority.',
    'A proxy that opens TLS stands in between.',
  ],
  `Have the server send its whole chain. ${addAuthority}`,
);

const selfSigned = (title: string): CodeRow =>
  untrusted(
    title,
    ({ Server }) =>
      `${Server} vouches for itself: no authority that the host of Postroom knows has signed its certificate.`,
    [
      'Exchange still uses the certificate that it made for itself at installation.',
      'A proxy that opens TLS stands in between.',
    ],
    addAuthority,
  );

const handshake = unreachable((names) => ({
  title: 'No secure connection comes about',
  meaning: `${names.Server} and Postroom did not agree on TLS, so nothing was sent.`,
  causes: [
    'The server speaks only old versions of TLS (before 1.2) or old ciphers.',
    'The port speaks HTTP, not HTTPS.',
    'Something in between breaks the handshake off.',
  ],
  advice: 'Switch TLS 1.2 on on the server (SChannel), and check the port in ewsUrl of the profile.',
  commands: [...handshakeCommands(names), ...chainCommands(names)],
  selfHealing: false,
}));

const expired = untrusted(
  'The certificate of the server has expired',
  ({ server }) => `The certificate of ${server} is past its last day.`,
  [
    'Nobody renewed it.',
    'It was renewed, but not assigned to IIS, or not on every server behind the load balancer.',
    'The clock of the host of Postroom is wrong.',
  ],
  'Renew the certificate and assign it to IIS on every server (Enable-ExchangeCertificate -Services IIS).',
);

const otherName = untrusted(
  'The certificate is made out to another name',
  ({ server }) => `The server’s certificate does not name ${server}.`,
  [
    'ewsUrl of the profile uses an internal name or an address that the certificate does not have.',
    'The name leads to another server than it should.',
  ],
  'Use a name in ewsUrl that the certificate has, or add the name to the certificate.',
);

const cut = noAnswer(
  'The connection was cut',
  ({ server }) => `The connection to ${server} was made, and then closed before the answer was complete.`,
  [
    'The server or a load balancer restarted.',
    'A firewall cuts connections that last or idle too long.',
    'A proxy refuses what it sees.',
  ],
);
const noRoute = (title: string) =>
  noAnswer(title, ({ server }) => `The network has no way from Postroom to ${server}.`, [
    'The host of Postroom has no network, or not the one that leads there (VPN, route).',
    'A firewall refuses the way.',
  ]);

/** Refused before any connection is made; docs/access.md has the rules. */
const refusedAddress = unreachable((names) => ({
  title: 'Postroom may not connect to the address of the server',
  meaning: `This profile may not connect to the address of ${names.server}, so no connection is made.`,
  causes: [
    'The server is in a private network, and its address was set by a user who is limited to profiles.',
    'The name resolves to a link-local or metadata address, to which no profile may connect.',
    'PROFILE_PRIVATE_ADDRESSES does not allow private addresses.',
  ],
  advice:
    'Make the name resolve to the public address of the server, or have an administrator set ewsUrl of the profile. Setting the same address again is enough.',
  commands: lookupCommands(names),
  selfHealing: false,
}));

/** DNS, TCP and TLS, by the codes of Node. */
export const transportCodes: CodeRows = {
  ENOTFOUND: noName(
    'The name of the server is not known',
    ({ server }) => `DNS has no address for ${server}.`,
    [
      'The name in ewsUrl is mistyped.',
      'The name is known inside your network only, and Postroom asks another DNS server.',
      'The DNS entry was deleted.',
    ],
    false,
  ),
  EAI_AGAIN: noName(
    'DNS does not answer',
    ({ server }) => `The DNS server that the host of Postroom asks gave no answer about ${server}.`,
    ['The DNS server is down or out of reach.', 'The host has no network at the moment.'],
    true,
  ),
  ECONNREFUSED: noAnswer(
    'The server refuses the connection',
    ({ server, place }) => `Something at ${server} answers that nobody listens on port ${place?.port ?? 443}.`,
    [
      'The web server (IIS) is stopped, or the server is restarting.',
      'The port in ewsUrl is wrong.',
      'A firewall refuses the connection.',
    ],
  ),
  ECONNRESET: cut,
  SocketClosed: cut,
  ECONNABORTED: cut,
  EHOSTUNREACH: noRoute('The server cannot be reached by the network'),
  ENETUNREACH: noRoute('The network of the server cannot be reached'),
  EADDRNOTAVAIL: noRoute('The host of Postroom has no address to connect from'),
  TimedOut: noAnswer(
    'The server does not answer in time',
    ({ Server }) => `${Server} did not answer in the time that Postroom waits.`,
    [
      'The server is overloaded or restarting.',
      'A firewall drops packets without a word.',
      'The route to the server is broken.',
    ],
  ),
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: untrusted(
    'The certificate of the server is not valid yet',
    ({ server }) => `The first day of the certificate of ${server} is still to come.`,
    ['The clock of the host of Postroom is wrong.', 'The certificate was put in place too early.'],
    'Set the clock of the host right, or use the earlier certificate until then.',
  ),
  CERT_REVOKED: untrusted(
    'The certificate of the server was revoked',
    ({ server }) => `The authority has withdrawn the certificate of ${server}.`,
    ['Its key was lost, or it was replaced.'],
    'Install the new certificate and assign it to IIS.',
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned('The server has signed its certificate itself'),
  SELF_SIGNED_CERT_IN_CHAIN: selfSigned('The certificate leads to an authority that nobody vouches for'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  ERR_TLS_CERT_ALTNAME_INVALID: otherName,
  EPROTO: handshake,
  ServerAddressRefused: refusedAddress,
};

/** What has no row: by its kind, for Node and OpenSSL have more codes than anybody listed. */
export function transportRow(code: string): CodeRow {
  if (/^ERR_(SSL|TLS)_/.test(code)) return handshake;
  if (/CERT|CRL|SIGNATURE/.test(code)) {
    return untrusted(
      'The certificate of the server is not accepted',
      ({ server }) => `The check of the certificate of ${server} failed.`,
      ['The certificate or its chain is not in order.'],
      addAuthority,
    );
  }
  return noAnswer('The server cannot be reached', ({ server }) => `No answer came from ${server}.`, [
    'The server is down or restarting.',
    'The network, the firewall or the name resolution is disturbed.',
    'ewsUrl of the profile is wrong.',
  ]);
}
