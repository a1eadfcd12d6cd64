import type { Command } from '../../port/explanations/command.js';
import type { Names } from '../../port/explanations/names.js';
import { posix } from '../../port/explanations/quoting.js';
import type { ServerPlace } from '../../port/explanations/server-place.js';

const at = (names: Names, make: (place: ServerPlace) => Command | null): Command[] => {
  const command = names.place ? make(names.place) : null;
  return command ? [command] : [];
};

export const callCommands = (names: Names): Command[] =>
  at(names, ({ url }) => ({
    purpose: 'See how far a call comes. A healthy server answers with 401 and a list of WWW-Authenticate.',
    shell: 'terminal',
    command: `curl -sv -o /dev/null --max-time 30 ${posix(url)}`,
  }));

export const lookupCommands = (names: Names): Command[] =>
  at(names, ({ hostname, isAddress }) =>
    isAddress
      ? null
      : {
          purpose: 'See whether the name resolves, and to what.',
          shell: 'terminal',
          command: `nslookup ${posix(hostname)}`,
        },
  );

export const connectCommands = (names: Names): Command[] =>
  at(names, ({ hostname, port }) => ({
    purpose: 'See whether the port is open.',
    shell: 'terminal',
    command: `nc -vz -w 10 ${posix(hostname.replace(/^\[|\]$/g, ''))} ${port}`,
  }));

const tlsConnect = ({ hostname, port, isAddress }: ServerPlace): string =>
  `openssl s_client -connect ${posix(`${hostname}:${port}`)}${isAddress ? '' : ` -servername ${posix(hostname)}`}`;

export const certificateCommands = (names: Names): Command[] =>
  at(names, (place) =>
    place.tls
      ? {
          purpose: 'See the certificate: for which names, from whom, and until when.',
          shell: 'terminal',
          command: `${tlsConnect(place)} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`,
        }
      : null,
  );

export const chainCommands = (names: Names): Command[] =>
  at(names, (place) =>
    place.tls
      ? {
          purpose: 'See the chain that the server sends, and what is wrong with it.',
          shell: 'terminal',
          command: `${tlsConnect(place)} -showcerts </dev/null`,
        }
      : null,
  );

export const handshakeCommands = (names: Names): Command[] =>
  at(names, (place) =>
    place.tls
      ? {
          purpose: 'See whether the server speaks TLS 1.2 there.',
          shell: 'terminal',
          command: `${tlsConnect(place)} -tls1_2 </dev/null`,
        }
      : null,
  );
