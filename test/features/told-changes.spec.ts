import { toldChanges } from '../../src/features/mail/incoming/told-changes.js';
import type { SyncChange } from '../../src/drivers/port/mail-item.js';

const item = (id: string, changeKey: string, isRead: boolean | null = null) => ({
  id,
  changeKey,
  isRead,
  receivedAt: null,
  internetMessageId: null,
});
const create = (id: string, key: string, isRead?: boolean): SyncChange => ({
  kind: 'create',
  item: item(id, key, isRead),
});
const update = (id: string, key: string, isRead?: boolean): SyncChange => ({
  kind: 'update',
  item: item(id, key, isRead),
});
const gone = (itemId: string): SyncChange => ({ kind: 'delete', itemId });
const flag = (itemId: string, isRead: boolean): SyncChange => ({ kind: 'read-flag', itemId, isRead });

it.each<[string, SyncChange[], object]>([
  ['nothing', [], { items: [], flags: [], left: [] }],
  [
    'one item changed twice',
    [update('a', '1', false), update('a', '2', true)],
    { items: [{ id: 'a', changeKey: '2', isUpdate: true }], flags: [{ itemId: 'a', isRead: true }], left: [] },
  ],
  [
    'a new item that changes',
    [create('a', '1'), update('a', '2')],
    { items: [{ id: 'a', changeKey: '2', isUpdate: true }], flags: [], left: [] },
  ],
  ['a new item that goes', [create('a', '1', true), gone('a')], { items: [], flags: [], left: ['a'] }],
  [
    'an item that goes and comes back',
    [gone('a'), create('a', '2')],
    { items: [{ id: 'a', changeKey: '2', isUpdate: false }], flags: [], left: [] },
  ],
  [
    'a flag that is set and taken back',
    [flag('a', true), flag('b', true), flag('a', false)],
    {
      items: [],
      flags: [
        { itemId: 'a', isRead: false },
        { itemId: 'b', isRead: true },
      ],
      left: [],
    },
  ],
  [
    'a change and then a flag',
    [update('a', '2', false), flag('a', true)],
    { items: [{ id: 'a', isUpdate: true }], flags: [{ itemId: 'a', isRead: true }], left: [] },
  ],
])('a page with %s comes to what was told last', (_what, changes, expected) => {
  expect(toldChanges(changes)).toMatchObject(expected);
});
