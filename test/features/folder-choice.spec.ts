import { chooseFolders, pathFault, pathNames, plainFolders } from '../../src/features/mailboxes/folder-choice.js';
import type { FolderNode } from '../../src/drivers/port/mail-server.js';

const node = (
  id: string,
  parentId: string | null,
  displayName: string,
  more: Partial<FolderNode> = {},
): FolderNode => ({
  id,
  parentId,
  displayName,
  folderClass: 'IPF.Note',
  distinguished: null,
  ...more,
});

const tree: readonly FolderNode[] = [
  node('I', null, 'Posteingang', { distinguished: 'inbox' }),
  node('S', null, 'Gesendet', { distinguished: 'sentitems' }),
  node('J', null, 'Junk', { distinguished: 'junkemail' }),
  node('D', null, 'Gelöscht', { distinguished: 'deleteditems' }),
  node('K', null, 'Kalender', { folderClass: 'IPF.Appointment' }),
  node('C', 'I', 'Customers'),
  node('CA', 'C', 'A/B'),
  node('KN', 'K', 'Notes'),
  node('JX', 'J', 'Below junk'),
  node('P', null, 'Projects', { folderClass: null }),
];

const paths = (choices: Parameters<typeof chooseFolders>[0]) =>
  chooseFolders(choices, tree).watched.map(({ key, path }) => [key, path]);

describe('choosing folders', () => {
  it.each([
    ['a well-known name, whatever the owner’s language', [{ path: 'inbox', subfolders: false }], [['inbox', 'inbox']]],
    ['a display name', [{ path: 'projects', subfolders: false }], [['P', 'projects']]],
    ['a folder below a well-known one', [{ path: 'inbox/Customers', subfolders: false }], [['C', 'inbox/Customers']]],
    [
      'a name with a slash in it',
      [{ path: 'inbox/Customers/A\\/B', subfolders: false }],
      [['CA', 'inbox/Customers/A\\/B']],
    ],
    [
      'subfolders',
      [{ path: 'inbox', subfolders: true }],
      [
        ['inbox', 'inbox'],
        ['C', 'inbox/Customers'],
        ['CA', 'inbox/Customers/A\\/B'],
      ],
    ],
    ['only mail, but mail below what is none', [{ path: 'Kalender', subfolders: true }], [['KN', 'Kalender/Notes']]],
    ['no junk, by whatever name', [{ path: 'Junk', subfolders: true }], []],
    [
      'each folder once',
      [
        { path: 'inbox', subfolders: true },
        { path: 'inbox/Customers', subfolders: false },
      ],
      [
        ['inbox', 'inbox'],
        ['C', 'inbox/Customers'],
        ['CA', 'inbox/Customers/A\\/B'],
      ],
    ],
  ])('finds %s', (_what, choices, expected) => {
    expect(paths(choices)).toEqual(expected);
  });

  it('names the paths that lead nowhere', () => {
    expect(chooseFolders([{ path: 'inbox/Nobody', subfolders: false }], tree)).toEqual({
      watched: [],
      missing: ['inbox/Nobody'],
    });
  });

  it('needs no tree for well-known folders alone', () => {
    expect(plainFolders([{ path: 'Inbox', subfolders: false }])).toEqual([
      { key: 'inbox', ref: { distinguished: 'inbox' }, path: 'inbox' },
    ]);
    expect(plainFolders([{ path: 'inbox', subfolders: true }])).toBeNull();
    expect(plainFolders([{ path: 'Projects', subfolders: false }])).toBeNull();
  });

  it.each([
    ['junkemail', 'junkemail is never synced'],
    ['DeletedItems/x', 'deleteditems is never synced'],
    ['a//b', 'must be folder names with a / between them'],
    ['/', 'must be folder names with a / between them'],
    ['a\\/b', null],
  ])('says of the path %s: %s', (path, fault) => {
    expect(pathFault(path)).toBe(fault);
  });

  it('cuts a path at slashes that are not escaped', () => {
    expect(pathNames('a\\/b/ c ')).toEqual(['a/b', 'c']);
  });
});
