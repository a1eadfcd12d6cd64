import { ewsOfOrganisation } from '../remedies/impersonation-commands.js';
import { enableEwsCommands, ewsOfMailboxCommands, serviceAccountCommands } from '../remedies/mailbox-commands.js';
import type { Names } from '../remedies/names.js';
import { callCommands } from '../remedies/network-commands.js';
import { row, type CodeRow, type CodeRows, type FailureClass, type Words } from './code-row.js';

const away: FailureClass = ['network', 'server', 'backoff'];
const refused: FailureClass = ['credentials-auth', 'profile', 'never'];

/** As the facts stood when this was written; the dates are Microsoft’s. */
const onlineEnd =
  'From 1 October 2026 EWS in Exchange Online works only where EwsEnabled is True and the application stands in EwsAllowedAppIDs; on 1 April 2027 it ends for good. Exchange Server is not affected.';

const wrongAddress = (names: Names, title: string, meaning: string, causes: readonly string[]): Words => ({
  title,
  meaning,
  causes,
  advice:
    'Check ewsUrl of the profile; it usually ends in /EWS/Exchange.asmx. Then check what stands between Postroom and the server.',
  commands: callCommands(names),
  selfHealing: false,
});

const gateway = (title: string, meaning: (names: Names) => string) =>
  row(away, (names) => ({
    title,
    meaning: meaning(names),
    causes: [
      'The Exchange server behind the proxy or load balancer is down, restarting or overloaded.',
      'The proxy or load balancer points to the wrong server.',
    ],
    advice:
      'Nothing for some minutes. If it lasts, have the administrator look at the server and at the proxy before it.',
    commands: callCommands(names),
  }));

function unauthorised(names: Names): Words {
  const online = names.kind === 'exchange-online';
  const offered = names.value('offeredAuthentication');
  const noBasic = offered !== null && !offered.toLowerCase().split(', ').includes('basic');
  const others = names.value('othersSignedIn');
  if (others !== null) return refusedAlone(names, others);
  const namesSchemes = offered !== null && offered !== 'none';
  const lacking = namesSchemes
    ? `The server offers ${offered}, and no Basic, which Postroom signs in with.`
    : 'The server names no way to sign in, so perhaps not the server itself refuses, but something before it.';
  return {
    title:
      noBasic && namesSchemes
        ? 'The server offers no way to sign in that Postroom can use'
        : 'The server refuses the service account’s name or password',
    meaning: `${names.Server} does not let ${names.account} in. All mailboxes of the profile wait, so that repeated tries do not lock the account.`,
    causes: [
      ...(noBasic || online
        ? [
            online
              ? 'Exchange Online accepts OAuth only, and this version of Postroom signs in by name and password.'
              : lacking,
          ]
        : []),
      'The password was changed or has expired.',
      'The account is locked or disabled.',
      'The name is mistyped; the server may want DOMAIN\\name or name@domain.',
      ...(noBasic || online ? [] : ['Basic authentication was switched off on the EWS virtual directory.']),
    ],
    advice:
      noBasic && namesSchemes
        ? 'Allow Basic authentication on the EWS virtual directory, and let it pass whatever stands before the server. The password need not be wrong.'
        : 'Enter the current password in the profile. If it is right, check the account, then what EWS accepts.',
    commands: [
      ...names.api.newPassword(),
      ...serviceAccountCommands(names),
      ...(online
        ? []
        : [
            {
              purpose: 'See how EWS lets accounts sign in.',
              shell: 'exchange-management-shell' as const,
              command:
                'Get-WebServicesVirtualDirectory | Format-List Server, BasicAuthentication, WindowsAuthentication, OAuthAuthentication',
            },
          ]),
      ...callCommands(names),
    ],
  };
}

/** @param others how many other mailboxes are well */
function refusedAlone(names: Names, others: string): Words {
  return {
    title: 'The server refuses the sign-in for one mailbox',
    meaning: `${names.Server} refuses the sign-in of ${names.account} for ${names.mailbox}, while ${others} other ${others === '1' ? 'mailbox' : 'mailboxes'} of the profile ${others === '1' ? 'works' : 'work'} with the same account. The password is right.`,
    causes: [
      'The mailbox is on another server, or moved a short while ago, and that server does not accept the account.',
      'A proxy, load balancer or firewall sends the calls for this mailbox elsewhere or refuses them.',
      'The account may not sign in at the server that holds the mailbox.',
    ],
    advice:
      'Nothing in the profile: changing the password would stop the mailboxes that work. Have the Exchange administrator look up the request id, and check where the mailbox is and how its server lets accounts sign in.',
    commands: callCommands(names),
    selfHealing: false,
  };
}

function forbidden(names: Names): Words {
  const online = names.kind === 'exchange-online';
  return {
    title: 'The server forbids EWS',
    meaning: `${names.Server} knows the account, but does not let it use EWS for ${names.mailbox}.`,
    causes: [
      `EWS is switched off for ${names.mailbox}, or for the whole organisation.`,
      online
        ? 'The application does not stand in EwsAllowedAppIDs, or a conditional access policy blocks it.'
        : 'An allow list or block list of applications (EwsAllowList, EwsBlockList) keeps Postroom out.',
      'A firewall or reverse proxy before the server refuses the request.',
      ...(online ? [] : ['Now and then a full mailbox is reported in this way.']),
    ],
    advice: `Switch EWS on where it is off; that can take two hours to take effect.${online ? ` ${onlineEnd}` : ''}`,
    commands: [...ewsOfMailboxCommands(names), ...enableEwsCommands(names), ewsOfOrganisation(names.kind)],
  };
}

const redirected = (names: Names): Words => {
  if (names.value('genericErrorPage') === 'true') {
    return {
      title: 'The server shows its error page instead of an answer',
      meaning: `${names.Server} sent Postroom on to its general error page. That passes by itself.`,
      causes: ['The Exchange server is starting, being updated or under load.'],
      advice: 'Nothing for some minutes. If it lasts, have the administrator look at the server.',
      commands: callCommands(names),
    };
  }
  const location = names.value('location');
  return wrongAddress(
    names,
    'The server sends Postroom elsewhere',
    `${names.Server} answers with a redirection${location ? ` to ${location}` : ''}. Postroom does not follow it, because a password must not go to another address.`,
    [
      'ewsUrl of the profile is that of Outlook on the web or of an old server.',
      'A proxy asks for a login of its own first.',
    ],
  );
};

/** HTTP statuses that came without a readable fault. */
export const httpCodes: CodeRows = {
  Http302: row(away, redirected),
  Http400: row(away, (names) =>
    wrongAddress(
      names,
      'The server does not understand the request',
      `${names.Server} refuses the request before EWS sees it.`,
      [
        'A proxy or load balancer changes the request.',
        'The port belongs to another service, or speaks HTTP where HTTPS is used.',
      ],
    ),
  ),
  Http401: row(refused, unauthorised),
  // EWS switched off for the user, the application or the organisation; which one, only the mailboxes together tell.
  Http403: row(['impersonation-permission', 'mailbox', 'never'], forbidden),
  Http404: row(away, (names) =>
    wrongAddress(
      names,
      'There is no EWS at the address',
      `${names.Server} answers, but has no EWS where the profile points to.`,
      [
        'ewsUrl of the profile is mistyped or lacks /EWS/Exchange.asmx.',
        'The EWS virtual directory is missing or stopped on this server.',
        'A reverse proxy does not pass /EWS on.',
      ],
    ),
  ),
  Http407: row(away, (names) =>
    wrongAddress(
      names,
      'A proxy asks for a login',
      `Between Postroom and ${names.server} stands a proxy that wants a name and password.`,
      ['Outgoing connections of the host are led through a proxy.'],
    ),
  ),
  Http413: row(['quota-size', 'item', 'never'], (names) => ({
    title: 'The request is larger than the server takes',
    meaning: `A message was larger than ${names.server} lets in.`,
    causes: [
      'maxRequestLength or maxAllowedContentLength of the EWS virtual directory is reached (64 MB by default).',
      'A proxy before the server has a lower limit.',
    ],
    advice: 'Send smaller attachments, or have the limits in web.config of EWS and in the proxy raised.',
  })),
  Http429: row(['throttling', 'profile', 'backoff'], (names) => ({
    title: 'The server asks for fewer requests',
    meaning: `${names.Server}, or a gateway before it, counts more requests of ${names.account} than it allows.`,
    causes: ['Another program uses the same account or address.', 'A gateway limits requests from one address.'],
    advice:
      'Nothing: Postroom slows down by itself. If it never ends, set maxConcurrentConnections of the profile lower, or have the limit raised.',
  })),
  Http440: row(refused, (names) => ({
    title: 'The server asks for a login page',
    meaning: `${names.Server} treats Postroom like a browser whose session has run out, and lets nobody in by name and password.`,
    causes: [
      'ewsUrl leads to Outlook on the web, not to EWS.',
      'A reverse proxy puts a login page of its own before EWS.',
    ],
    advice: 'Check ewsUrl of the profile, and have EWS passed through the proxy without a login page.',
    commands: callCommands(names),
  })),
  Http456: row(refused, (names) => ({
    title: 'The account is blocked until a person does something',
    meaning: `Exchange Online knows ${names.account}, but lets it in only after something was put right.`,
    causes: [
      'The password has expired or was reset.',
      'The account is blocked, or has to accept something at a sign-in in a browser.',
    ],
    advice:
      'Sign in with the account in a browser and follow what it asks for; then enter the password in the profile.',
    commands: [...names.api.newPassword(), ...serviceAccountCommands(names)],
  })),
  Http500: row(away, (names) => ({
    title: 'The server failed without saying why',
    meaning: `${names.Server} answered with an internal error and no explanation of Exchange’s own.`,
    causes: ['The EWS application is starting or has crashed.', 'A proxy before the server failed.'],
    advice:
      'Nothing for some minutes. If it lasts, have the administrator look up the request id in the logs, and restart the EWS application pool.',
  })),
  Http502: gateway(
    'A gateway got no proper answer from the server',
    ({ server }) => `The gateway at ${server} works, but the Exchange server behind it does not answer properly.`,
  ),
  Http503: row(['throttling', 'profile', 'backoff'], (names) => ({
    title: 'The server is too busy or being serviced',
    meaning: `${names.Server} takes no requests at the moment.`,
    causes: [
      'The queue of the web server is full.',
      'The EWS application pool is stopped, or the server is in maintenance.',
    ],
    advice:
      'Nothing: Postroom keeps quiet for the time that the server asked for, and presses less afterwards. If it lasts, have the application pool checked.',
    commands: callCommands(names),
  })),
  Http504: gateway(
    'A gateway waited too long for the server',
    ({ server }) => `The gateway at ${server} works, but the Exchange server behind it took too long.`,
  ),
};

/** A status that has no row. */
export function httpRow(code: string): CodeRow {
  const status = /^Http([1-5]\d\d)$/.exec(code)?.[1];
  return row(away, (names) => {
    if (status?.startsWith('3')) return redirected(names);
    if (status?.startsWith('5')) {
      return {
        title: 'The server or a gateway failed',
        meaning: `${names.Server} answered with HTTP status ${status}, which tells of trouble on its side.`,
        causes: ['The server or something before it is down, restarting or overloaded.'],
        advice:
          'Nothing for some minutes. If it lasts, have the administrator look at the server and at the proxy before it.',
        commands: callCommands(names),
      };
    }
    return wrongAddress(
      names,
      'The server answers, but not like EWS',
      `${names.Server} answered with ${status ? `HTTP status ${status},` : 'a status'} which EWS does not use.`,
      ['ewsUrl of the profile leads to something else than EWS.', 'A proxy before the server answers in its place.'],
    );
  });
}
