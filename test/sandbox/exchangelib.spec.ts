import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  ANNA,
  BEN,
  CLARA,
  type RecordedSandbox,
  itAnswersBySchema,
  startRecorded,
} from './support/recorded-sandbox.js';
import { SERVICE } from './support/ews-client.js';

const PYTHON = '/usr/bin/python3';
const missing = spawnSync(PYTHON, ['-c', 'import exchangelib']).status !== 0;

/** Runs a Python script without blocking: the server it talks to lives in this process. */
function python(script: string, args: string[]): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, [join(__dirname, 'support', script), ...args], {
      env: { ...process.env, PYTHONUTF8: '1' },
    });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Record<string, unknown>);
      else reject(new Error(errors.slice(-4000)));
    });
  });
}

const title = missing ? 'exchangelib (skipped: python3-exchangelib is not installed)' : 'exchangelib';
(missing ? describe.skip : describe)(title, () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded({
      serviceAccounts: [{ ...SERVICE, scope: [ANNA, BEN] }],
    });
  });
  afterAll(() => sandbox.close());

  it('reads, sends, synchronises, moves and deletes by impersonation', async () => {
    sandbox.control.setDelegate(BEN, SERVICE.username);
    await sandbox.control.deliver(ANNA, { subject: 'Zuerst', receivedAt: '2026-01-01T08:00:00Z' });
    await sandbox.control.deliver(ANNA, {
      from: 'Jörg Weiß <joerg@extern.example>',
      subject: 'Mit Anhängen',
      text: 'Schöne Grüße',
      receivedAt: '2026-01-02T08:00:00Z',
      headers: { 'X-Sandbox': 'yes' },
      attachments: [
        { name: 'Maße.txt', contentType: 'text/plain', content: '3 × 4 m²' },
        {
          name: 'alt.eml',
          contentType: 'message/rfc822',
          content: 'From: a@b.example\r\nSubject: Inside\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\nInner\r\n',
        },
      ],
    });
    const seen = await python('exchangelib_road.py', [
      sandbox.ewsUrl,
      SERVICE.username,
      SERVICE.password,
      ANNA,
      BEN,
      CLARA,
      'anna@postroom.example',
    ]);
    expect(seen).toMatchObject({
      subjects: ['Zuerst', 'Mit Anhängen'],
      body: 'Schöne Grüße',
      sender: ['Jörg Weiß', 'joerg@extern.example'],
      to: [ANNA],
      files: [['Maße.txt', '3 × 4 m²', false]],
      items: ['Inside'],
      headers: ['yes'],
      first_sync: 2,
      sent: [['Grüße aus 東京', [ANNA]]],
      received: [ANNA, null, true, ['süß']],
      drafts_left: 0,
      second_sync: [['create', 'Grüße aus 東京']],
      read_sync: ['read_flag_change'],
      moved: 1,
      trash: 0,
      deleted_sync: ['delete'],
      filtered: ['Mit Anhängen'],
      resolved: [ANNA],
      outside: 'ErrorImpersonateUserDenied',
      alias: 'ErrorNonPrimarySmtpAddress',
      delegated: 2,
      events: ['CreatedEvent', 'NewMailEvent'],
    });
    expect(seen.folders).toEqual(
      expect.arrayContaining([
        'Calendar',
        'Contacts',
        'Deleted Items',
        'Drafts',
        'Inbox',
        'Outbox',
        'Sent Items',
        'Tasks',
      ]),
    );
  });

  it('reads answers under any prefix', async () => {
    sandbox.control.setPrefixes('random');
    const seen = await python('exchangelib_subjects.py', [sandbox.ewsUrl, SERVICE.username, SERVICE.password, ANNA]);
    sandbox.control.setPrefixes('fixed');
    expect(seen.subjects).toEqual(sandbox.control.listItems(ANNA).map(({ subject }) => subject));
  });

  itAnswersBySchema(() => sandbox);
});
