import type { MailServerError } from '../../drivers/port/mail-error.js';
import type { StepId, StepOutcome } from './diagnostic-step.js';

interface Place {
  readonly host: string;
  readonly port: number;
}

type Words = readonly [detail: string, remedy: string];

/** The first steps know which layer failed, and so say more than that the server cannot be reached. */
export function transportOutcome(step: StepId, { code, details }: MailServerError, given: Place): StepOutcome | null {
  if (details.origin !== 'transport') return null;
  // It goes into commands to paste, and Autodiscover may have named it: what a shell would obey is left out.
  const place = { ...given, host: /^[\p{L}\p{N}.:[\]_-]+$/u.test(given.host) ? given.host : '<host>' };
  const words =
    code === 'ServerAddressRefused'
      ? ofRefused(details.text)
      : step === 'dns'
        ? ofName(code, place)
        : step === 'tcp'
          ? ofTcp(code, place)
          : ofTls(step, code, place);
  if (words === null) return null;
  const [detail, remedy] = words;
  return { status: 'failed', detail: `${detail} (${code})`, code, remedy };
}

/** Refused by Postroom itself, whichever layer reports it. */
const ofRefused = (text: string): Words => [
  `Postroom does not connect to this address: ${text}`,
  'Use the public address of the server. An administrator can set a private address; link-local and metadata addresses are never allowed.',
];

function ofName(code: string, { host }: Place): Words {
  const look = `Ask on the host of Postroom: nslookup ${host}`;
  if (code === 'ENOTFOUND')
    return [
      `There is no server of the name ${host}`,
      `Check the spelling of the address. ${look}\nA name of your own network needs a DNS server of that network.`,
    ];
  return [`The name ${host} could not be looked up: the DNS server did not answer`, `${look}\nThen try again.`];
}

function ofTcp(code: string, { host, port }: Place): Words {
  const at = `${host}, port ${port}`;
  const test = `Try on the host of Postroom: curl -v --connect-timeout 10 telnet://${host}:${port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return [
        `Nothing listens at ${at}`,
        `Check the port of the address, and that IIS runs on the server: Get-Service W3SVC\n${test}`,
      ];
    case 'TimedOut':
      return [
        `${at}, does not answer: a firewall drops the packets, or the server is down`,
        `Let Postroom’s host reach ${at} through every firewall between them.\n${test}`,
      ];
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return [
        `No way through the network leads to ${at}`,
        `Check routes, VPN and firewalls between Postroom’s host and the server.\n${test}`,
      ];
    default:
      return [`The connection to ${at}, was not made`, test];
  }
}

function ofTls(step: StepId, code: string, { host, port }: Place): Words | null {
  if (step !== 'tls') return null;
  const look = `Look at it on the host of Postroom: openssl s_client -connect ${host}:${port} -servername ${host}`;
  if (/WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|HTTP_REQUEST/.test(code))
    return [`What listens at port ${port} does not speak TLS`, `Check the port of the address.\n${look}`];
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|INSUFFICIENT_SECURITY|HANDSHAKE_FAILURE/.test(code))
    return [
      'The server knows no version of TLS, or no cipher, that is still considered safe',
      `Enable TLS 1.2 on the server (Exchange 2013 and later can do it).\n${look}`,
    ];
  return [
    'The TLS handshake broke off',
    `Something between may inspect TLS, or the server wants a client certificate.\n${look}`,
  ];
}
