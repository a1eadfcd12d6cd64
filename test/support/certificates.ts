import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

export function opensslAvailable(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const dayMs = 24 * 60 * 60_000;

/** A self-signed certificate for these names and addresses, valid from `fromDays` to `toDays` from now. */
export function makeCertificate(
  names: readonly string[],
  { fromDays = -1, toDays = 365 }: { fromDays?: number; toDays?: number } = {},
): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-certificate-'));
  try {
    const at = (name: string) => join(folder, name);
    const alternatives = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
    mkdirSync(at('new'));
    writeFileSync(at('index'), '');
    writeFileSync(at('serial'), '01\n');
    // Only `openssl ca` of all versions in use sets both dates.
    writeFileSync(
      at('config'),
      `[ca]\ndefault_ca=own\n[own]\ndatabase=${at('index')}\nserial=${at('serial')}\nnew_certs_dir=${at('new')}\ndefault_md=sha256\npolicy=any\nx509_extensions=ext\n` +
        `[any]\ncommonName=supplied\n[ext]\nsubjectAltName=${alternatives}\nbasicConstraints=critical,CA:TRUE\n[req]\ndistinguished_name=dn\n[dn]\n`,
    );
    const run = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    // prettier-ignore
    run('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-config', at('config'),
      '-subj', `/CN=${names[0]}`, '-keyout', at('key'), '-out', at('request'));
    // prettier-ignore
    run('ca', '-batch', '-selfsign', '-notext', '-config', at('config'), '-keyfile', at('key'), '-in', at('request'), '-out', at('cert'),
      '-startdate', utcTime(fromDays), '-enddate', utcTime(toDays));
    return { key: readFileSync(at('key')), cert: readFileSync(at('cert')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `20260131080000Z` */
const utcTime = (days: number) =>
  `${new Date(Date.now() + days * dayMs).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
