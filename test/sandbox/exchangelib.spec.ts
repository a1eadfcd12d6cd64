import { spawnSync } from 'node:child_process';
import {
  ANNA,
  BEN,
  CLARA,
  type RecordedSandbox,
  itAnswersBySchema,
  itWasAskedBySchema,
  startRecorded,
} from './support/recorded-sandbox.js';
import { PYTHON, python } from './support/python.js';
import { SERVICE } from './support/ews-client.js';

const missing = spawnSync(PYTHON, ['-c', 'import exchangelib']).status !== 0;

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

  it('keeps, finds, changes and answers what it is given, in folders of its own', async () => {
    const seen = await python('exchangelib_fidelity.py', [
      sandbox.ewsUrl,
      SERVICE.username,
      SERVICE.password,
      ANNA,
      BEN,
    ]);
    expect(seen).toEqual({
      folder: ['Kunden & Co', 'wichtig'],
      'same name': 'ErrorFolderExists',
      'folders found': ['Darin', 'Kunden & Co'],
      moved: 'Drafts',
      attached: [true],
      attachments: [
        ['eins.txt', 'eins'],
        ['zwei.txt', 'süß'],
      ],
      'attached message': ['Beigelegt', 'Beigelegt – süß', 'Innen'],
      bodies: [true, '1 < 2 & 3', '1 < 2 & 3'],
      subject: 255,
      reminder: [true, true, 2],
      extended: [true, 20, ['a', '2']],
      ascending: true,
      filters: {
        category: [1, 2],
        categories: [1],
        'no category': [3],
        sensitivity: [2],
        importance: [1, 2],
        read: [2],
        reminder: [1, 2, 3],
        score: [2, 3],
        due: [1, 2],
        not: [2],
      },
      computed: 'ErrorUnsupportedPathForQuery',
      conflict: 'ErrorIrresolvableConflict',
      ids: ['ErrorInvalidIdMalformed', 'ErrorInvalidChangeKey', 'ErrorCannotUseFolderIdForItemId'],
      reply: [true, true, '<frage@extern.example>', 0],
      forward: [true, [['liste.csv', 'a;b']]],
      draft: true,
      contact: [ANNA, 'Anna', 'Lind', [`SMTP:${ANNA}`, 'smtp:anna@postroom.example']],
      emptied: [0, ['Darin']],
      trash: ['Kunden & Co'],
      gone: 'ErrorSyncFolderNotFound',
    });
  });

  it('reads answers under any prefix', async () => {
    sandbox.control.setPrefixes('random');
    const seen = await python('exchangelib_subjects.py', [sandbox.ewsUrl, SERVICE.username, SERVICE.password, ANNA]);
    sandbox.control.setPrefixes('fixed');
    expect(seen.subjects).toEqual(sandbox.control.listItems(ANNA).map(({ subject }) => subject));
  });

  itAnswersBySchema(() => sandbox);
  itWasAskedBySchema(() => sandbox);
});
