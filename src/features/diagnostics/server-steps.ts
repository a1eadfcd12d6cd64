import { MailServerError } from '../../drivers/port/mail-error.js';
import type { DiscoveryFinding } from '../../drivers/port/mail-server-probe.js';
import { classify } from '../failures/classify.js';
import type { AnalysisRun } from './analysis-run.js';
import type { StepId, StepOutcome } from './diagnostic-step.js';
import { judgeGreeting, judgeName, judgeTls, notEncrypted } from './server-findings.js';
import { explainFailure } from './step-failure.js';
import { transportOutcome } from './transport-words.js';

/** Steps 1 to 4: the layers under EWS, each with words of its own for what goes wrong in it. */
async function layer(run: AnalysisRun, step: StepId, look: () => Promise<StepOutcome>): Promise<StepOutcome> {
  try {
    return await look();
  } catch (error) {
    const { hostname, port, protocol } = new URL(run.requiredUrl);
    const place = { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    const outcome = error instanceof MailServerError ? transportOutcome(step, error, place) : null;
    if (outcome === null) throw error;
    return outcome;
  }
}

export function dnsStep(run: AnalysisRun): Promise<StepOutcome> {
  return layer(run, 'dns', async () => judgeName(run.requiredUrl, await run.probe.lookUp(run)));
}

export function tcpStep(run: AnalysisRun): Promise<StepOutcome> {
  return layer(run, 'tcp', async () => {
    const { address, port } = await run.probe.connect(run);
    return { status: 'passed', detail: `Port ${port} of ${address} takes connections.` };
  });
}

export function tlsStep(run: AnalysisRun): Promise<StepOutcome> {
  return layer(run, 'tls', async () => {
    const tls = await run.probe.handshake(run);
    return tls === null ? notEncrypted : judgeTls(new URL(run.requiredUrl).hostname, tls, run.now());
  });
}

export async function authenticationStep(run: AnalysisRun): Promise<StepOutcome> {
  return judgeGreeting(await run.probe.greet(run));
}

/** Step 5. Any answer of EWS itself comes after signing in, errors too: most service accounts have no mailbox. */
export async function credentialsStep(run: AnalysisRun): Promise<StepOutcome> {
  const { username } = run.target.auth;
  try {
    await run.probe.signIn(run);
    const detail = `${username} signs in, and has a mailbox of its own.`;
    return { status: 'passed', detail, requestId: run.requestId() };
  } catch (error) {
    if (!(error instanceof MailServerError) || error.details.origin !== 'response') throw error;
    const { category } = classify(error);
    if (category === 'credentials-auth') throw error;
    if (category === 'throttling') return { ...explainFailure(error, run.names()).outcome, status: 'warning' };
    return {
      status: 'passed',
      detail: `${username} signs in. It seems to have no mailbox of its own (${error.code}), and needs none.`,
      requestId: run.requestId(),
    };
  }
}

const discoveryRemedy =
  'Give the EWS address yourself; in the Exchange Management Shell: Get-WebServicesVirtualDirectory | Format-List InternalUrl, ExternalUrl';

/** Step 6. */
export async function autodiscoverStep(run: AnalysisRun): Promise<StepOutcome> {
  const { auth, ca, trustedHosts, addressSetBy } = run.target;
  const request = { auth, ca, trustedHosts, addressSetBy, emailAddress: run.mailbox.address };
  const finding = await run.probes.discover(request, run);
  run.ewsUrl = finding.serverUrl;
  run.credentialsRefused = finding.credentialsRefused;
  return judgeDiscovery(finding);
}

function judgeDiscovery({ serverUrl, attempts, credentialsRefused }: DiscoveryFinding): StepOutcome {
  const told = attempts.map(({ url, code, text }) => `${url}: ${text} (${code}).`).join('\n');
  const last = attempts.at(-1);
  const requestId = last?.requestId ?? null;
  if (serverUrl !== null) return { status: 'passed', detail: `EWS is at ${serverUrl}.\n${told}`, requestId };
  if (credentialsRefused)
    return {
      status: 'failed',
      detail: told,
      code: last?.code ?? 'Http401',
      remedy:
        'Check the name and the password of the service account. It was tried once only: every further try could lock it out.',
      requestId,
    };
  // Of all that was tried, what nearly worked is what people want to know of.
  const untrusted = attempts.find(({ code }) => code === 'RedirectNotFollowed' || code === 'AddressNotTrusted');
  return {
    status: 'failed',
    detail: told === '' ? 'The domain of the address cannot be asked.' : told,
    code: untrusted?.code ?? last?.code ?? 'NotFound',
    remedy:
      untrusted === undefined
        ? discoveryRemedy
        : `If that server is yours, name its host in trustedHosts and run the analysis again. ${discoveryRemedy}`,
    requestId: untrusted?.requestId ?? requestId,
  };
}
