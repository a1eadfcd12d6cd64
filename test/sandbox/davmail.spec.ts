import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import {
  ANNA,
  BEN,
  type RecordedSandbox,
  itAnswersBySchema,
  itWasAskedBySchema,
  startRecorded,
} from './support/recorded-sandbox.js';
import { python } from './support/python.js';

const JAR = '/usr/share/davmail/davmail.jar';
const missing = !existsSync(JAR) || spawnSync('java', ['-version']).status !== 0;

/** A mail gateway that speaks IMAP and SMTP to mail programs and EWS to the sandbox. */
class DavMail {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly imap: number,
    readonly smtp: number,
  ) {}

  static async start(ewsUrl: string): Promise<DavMail> {
    const folder = mkdtempSync(join(tmpdir(), 'davmail-'));
    const [imap, smtp] = [await freePort(), await freePort()];
    const settings = {
      server: true,
      mode: 'EWS',
      url: ewsUrl,
      imapPort: imap,
      smtpPort: smtp,
      caldavPort: '',
      ldapPort: '',
      popPort: '',
      bindAddress: '127.0.0.1',
      allowRemote: false,
      disableUpdateCheck: true,
      enableKerberos: false,
      logFilePath: join(folder, 'davmail.log'),
    };
    const file = join(folder, 'davmail.properties');
    const lines = Object.entries(settings).map(([name, value]) => `davmail.${name}=${String(value)}`);
    writeFileSync(file, [...lines, 'log4j.logger.davmail=INFO', 'log4j.rootLogger=WARN', ''].join('\n'));
    const java = spawn('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-jar', JAR, '-server', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      let output = '';
      const read = (chunk: Buffer): void => {
        output += chunk.toString('utf8');
        if (output.includes('listening on')) resolve();
      };
      java.stdout.on('data', read);
      java.stderr.on('data', read);
      java.on('error', reject);
      java.on('exit', (code) => reject(new Error(`DavMail ended with ${String(code)}: ${output}`)));
    });
    return new DavMail(java, folder, imap, smtp);
  }

  get log(): string {
    return readFileSync(join(this.folder, 'davmail.log'), 'utf8');
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const title = missing ? 'DavMail (skipped: davmail-server is not installed)' : 'DavMail';
(missing ? describe.skip : describe)(title, () => {
  let sandbox: RecordedSandbox;
  let davmail: DavMail;
  beforeAll(async () => {
    sandbox = await startRecorded();
    davmail = await DavMail.start(sandbox.ewsUrl);
  });
  afterAll(async () => {
    await davmail.stop();
    await sandbox.close();
  });

  it('lists, reads, marks, files, saves and sends over IMAP and SMTP', async () => {
    await sandbox.control.deliver(ANNA, {
      from: 'Jörg Weiß <joerg@extern.example>',
      subject: 'Grüße',
      text: 'Hallo Anna',
      attachments: [{ name: 'Maße.txt', contentType: 'text/plain', content: '3 × 4 m²' }],
    });
    await sandbox.control.deliver(ANNA, { subject: 'Zweite' });
    const seen = await python('davmail_road.py', [String(davmail.imap), String(davmail.smtp), ANNA, 'anna-pw', BEN]);
    const sent = [
      'Grüße aus 東京',
      [
        ['text/plain', null, 'Größe XL'],
        ['text/html', null, '<p>Größe <b>XL</b></p>'],
        ['text/plain', 'Maße.txt', '3 × 4 m²'],
      ],
    ];
    expect(seen).toEqual({
      folders: ['Drafts', 'INBOX', 'Junk', 'Sent', 'Trash', 'Unsent Messages'],
      messages: 2,
      first: [
        'Grüße',
        [
          ['text/plain', null, 'Hallo Anna'],
          ['text/plain', 'Maße.txt', '3 × 4 m²'],
        ],
      ],
      unread: [],
      read: ['\\Seen'],
      flagged: ['Wichtig', '\\Answered', '\\Flagged', '\\Seen'],
      found: ['1', '2', '2', '1'],
      ascending: true,
      unflagged: ['Wichtig', '\\Answered', '\\Seen'],
      copied: [1, 'Grüße'],
      moved: [1, 2],
      renamed: 2,
      expunged: 1,
      appended: [1, ['Entwurf – süß', [['text/plain', null, 'Noch nicht fertig']]], ['\\Draft', '\\Seen']],
      sent: [1, sent],
      'own copy': [2, 'Grüße aus 東京'],
    });
    expect(sandbox.control.listItems(BEN).map(({ subject, attachments }) => [subject, attachments])).toEqual([
      ['Grüße aus 東京', ['Maße.txt']],
    ]);
    expect(
      sandbox.control
        .deliveriesOf('<davmail-1@client.example>')
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([ANNA, BEN]);
    // What it logs as wrong would not show over IMAP.
    expect(davmail.log).not.toMatch(/ERROR|Exception/);
  });

  itAnswersBySchema(() => sandbox);
  itWasAskedBySchema(() => sandbox);
});
