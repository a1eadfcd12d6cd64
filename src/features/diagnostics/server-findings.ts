import type { GreetingFinding, NameFinding, TlsFinding, TlsTrouble } from '../../drivers/port/mail-server-probe.js';
import type { StepOutcome } from './diagnostic-step.js';

const dayMs = 24 * 60 * 60_000;
/** Long enough for whoever renews certificates to do it in office hours. */
const expiresSoonDays = 21;

/** Step 1: what the address names. */
export function judgeName(ewsUrl: string, { host, isAddress, addresses }: NameFinding): StepOutcome {
  const found = isAddress ? `${host} is an address and needs no look-up.` : `${host} is ${addresses.join(', ')}.`;
  const { pathname } = new URL(ewsUrl);
  if (pathname.toLowerCase() === '/ews/exchange.asmx') return { status: 'passed', detail: found };
  return {
    status: 'warning',
    detail: `${found} The path ${pathname} is not the usual one of EWS.`,
    code: 'UnusualPath',
    remedy: 'Unless somebody chose this path on purpose, use /EWS/Exchange.asmx.',
  };
}

/** Step 3, for an address without TLS. */
export const notEncrypted: StepOutcome = {
  status: 'warning',
  detail: 'The address is http: the password and all mail go over the network unencrypted.',
  code: 'NotEncrypted',
  remedy: 'Use the https address of the server.',
};

/** Step 3. @param now of the clock that counts the days that are left */
export function judgeTls(host: string, tls: TlsFinding, now: Date): StepOutcome {
  const { certificate, chain, protocol, troubles } = tls;
  const daysLeft = Math.floor((certificate.validTo.getTime() - now.getTime()) / dayMs);
  const until = `${dayOf(certificate.validTo)} (${daysLeft < 0 ? `${-daysLeft} days ago` : `${daysLeft} days left`})`;
  const facts =
    `${protocol}; the certificate is for ${listed(certificate.names)}, issued by ${certificate.issuer}, ` +
    `valid until ${until}; chain: ${chain.join(' < ')}.`;
  const [first] = troubles;
  if (first === undefined) {
    if (daysLeft > expiresSoonDays) return { status: 'passed', detail: facts };
    return { status: 'warning', detail: facts, code: 'CertificateExpiresSoon', remedy: renewal };
  }
  return {
    status: 'failed',
    detail: `${troubles.map((trouble) => troubleText(trouble, host, tls)).join(' ')} ${facts}`,
    code: first.code,
    remedy: [...new Set(troubles.map((trouble) => troubleRemedy(trouble, host, tls)))].join('\n'),
  };
}

const dayOf = (date: Date) => (Number.isNaN(date.getTime()) ? '(no date)' : date.toISOString().slice(0, 10));
const listed = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');

const renewal = [
  'Renew the certificate; in the Exchange Management Shell, see which one is in use:',
  '  Get-ExchangeCertificate | Format-List Subject, CertificateDomains, NotAfter, Services, Thumbprint',
  'and put the new one in its place:',
  "  Enable-ExchangeCertificate -Thumbprint '<thumbprint>' -Services IIS",
].join('\n');

function troubleText({ kind, code }: TlsTrouble, host: string, { certificate }: TlsFinding): string {
  switch (kind) {
    case 'name':
      return `The certificate is not for ${host}.`;
    case 'expired':
      return `A certificate has expired (that of the server is valid until ${dayOf(certificate.validTo)}).`;
    case 'not-yet-valid':
      return `A certificate is not valid yet (that of the server from ${dayOf(certificate.validFrom)}); perhaps a clock is wrong.`;
    case 'untrusted':
      return `Nobody that Postroom trusts vouches for the certificate (${code}).`;
  }
}

function troubleRemedy({ kind, code }: TlsTrouble, host: string, { certificate }: TlsFinding): string {
  switch (kind) {
    case 'name':
      return `Use a name that the certificate is for (${listed(certificate.names)}) in the address, or have one issued for ${host}.`;
    case 'expired':
      return renewal;
    case 'not-yet-valid':
      return 'Compare the clocks of the server and of Postroom’s host with the dates of the certificate.';
    case 'untrusted':
      return code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
        ? 'If the certificate comes from a public authority, the server does not send its intermediate certificates: install the whole chain there. ' +
            'If it comes from an authority of your own, let Postroom trust that one: start it with NODE_EXTRA_CA_CERTS=<file of the authority’s certificate>.'
        : 'Have a certificate issued by an authority that your clients know, or let Postroom trust this one: start it with NODE_EXTRA_CA_CERTS=<file of the authority’s certificate>.';
  }
}

const enableBasic =
  "Allow Basic on EWS: Set-WebServicesVirtualDirectory -Identity '<server>\\EWS (Default Web Site)' -BasicAuthentication $true\n" +
  'If a proxy stands before the server, it must let Basic through.';
const lookAtAddress =
  'Check host and path of the EWS address, and what stands between Postroom and the server: a proxy, a login page, a load balancer.';

const wordsOfHost = ({ words, location }: GreetingFinding): string | null =>
  [...(location === null ? [] : [`it redirects to ${location}`]), ...(words === '' ? [] : [words])].join('; ') || null;

/** Step 4: the answer to a request without credentials; Basic is what profiles are configured for. */
export function judgeGreeting(greeting: GreetingFinding): StepOutcome {
  const { status, offered, isMailServer, diagnostics } = greeting;
  const requestId = diagnostics.requestId;
  const { words, location } = isMailServer ? greeting : { words: '', location: null };
  const says = words === '' ? '' : ` It says: ${words}`;
  const hostWords = isMailServer ? null : wordsOfHost(greeting);
  const failed = (code: string, detail: string, remedy: string): StepOutcome => ({
    status: 'failed',
    detail: `${detail}${says}`,
    code,
    remedy,
    requestId,
    hostWords,
  });

  if (status === 401) {
    const list = offered.join(', ');
    if (offered.some((scheme) => scheme.toLowerCase() === 'basic'))
      return { status: 'passed', detail: `The server offers ${list}; Basic is configured.`, requestId };
    if (offered.length === 0)
      return failed('NoSchemeOffered', 'The server wants credentials, but does not say of which kind.', enableBasic);
    return failed('BasicNotOffered', `The server offers ${list}, but not Basic, which is configured.`, enableBasic);
  }
  if (status >= 300 && status < 400) {
    const where = location === null ? 'elsewhere' : `to ${location}`;
    return failed(
      `Http${status}`,
      `The server redirects ${where}; credentials do not follow.`,
      'Set the EWS address to where EWS really is.',
    );
  }
  if (status === 403)
    return failed(
      'Http403',
      'The server refuses the request before it asks who it comes from.',
      'See whether EWS is limited to certain addresses, programs or certificates: Get-OrganizationConfig | Format-List Ews*, the IIS restrictions of the virtual directory, and the rules of what stands before the server.',
    );
  if (status === 404)
    return failed('Http404', 'There is nothing at this path.', 'The path of EWS is usually /EWS/Exchange.asmx.');
  if (status >= 200 && status < 300)
    return failed('UnexpectedAnswer', 'Something answers without asking for credentials: not Exchange.', lookAtAddress);
  if (status === 407)
    return failed(
      'Http407',
      'A proxy between Postroom and the server asks for a login of its own. The service account’s password is not for the proxy, and is not sent to it.',
      'Let the host of Postroom reach the server without that proxy, or have the proxy let it pass without a login.',
    );
  if (status === 440) return failed('Http440', 'A login page stands before EWS.', lookAtAddress);
  if ([502, 503, 504].includes(status))
    return failed(
      `Http${status}`,
      'What stands before the server cannot reach it, or it is too busy.',
      'Wait a few minutes and run the analysis again. If it lasts, check the application pool MSExchangeServicesAppPool in IIS.',
    );
  return failed(
    `Http${status}`,
    `The server answers with HTTP ${status} instead of asking for credentials, so no password is sent to it.`,
    lookAtAddress,
  );
}
