import fc from 'fast-check';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { SERVICE, call, distinguished } from './support/ews-client.js';

type Step = { do: 'deliver' | 'delete' | 'move' | 'back' | 'read' | 'sync'; pick: number };

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('deliver', 'deliver', 'delete', 'move', 'back', 'read', 'sync', 'sync'),
  pick: fc.nat(50),
});

/** A client that knows nothing but what SyncFolderItems tells it. */
class Follower {
  readonly known = new Map<string, boolean>();
  private state = '';

  constructor(
    private readonly url: string,
    private readonly as: string,
    private readonly max: number,
  ) {}

  /** One page; true when the server says that it was the last. */
  async page(): Promise<boolean> {
    const state = this.state ? `<m:SyncState>${this.state}</m:SyncState>` : '';
    const answer = await call(
      this.url,
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="message:IsRead"/></t:AdditionalProperties></m:ItemShape><m:SyncFolderId>${distinguished('inbox')}</m:SyncFolderId>${state}<m:MaxChangesReturned>${String(this.max)}</m:MaxChangesReturned></m:SyncFolderItems>`,
      { as: this.as },
    );
    const changes = answer.first('Changes').children;
    expect(changes.length).toBeLessThanOrEqual(this.max);
    for (const change of changes) {
      const holder = change.child('Message') ?? change;
      const id = holder.child('ItemId')?.attribute('Id') ?? '';
      const isRead = holder.childFlag('IsRead') ?? false;
      if (change.name === 'Delete') this.known.delete(id);
      else {
        // A creation is told once, and nothing else is told of an item before it.
        expect(this.known.has(id)).toBe(change.name !== 'Create');
        this.known.set(id, isRead);
      }
    }
    this.state = answer.text('SyncState');
    return answer.text('IncludesLastItemInRange') === 'true';
  }
}

describe('SyncFolderItems', () => {
  let sandbox: Sandbox;
  let run = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ serviceAccounts: [{ ...SERVICE, scope: 'all' }] });
  });
  afterAll(() => sandbox.close());

  it('brings every client to the folder as it is, whatever happens between its pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (steps, max) => {
        const address = `run${String(++run)}@postroom.example`;
        sandbox.control.addMailbox({ address });
        const { control } = sandbox;
        const follower = new Follower(sandbox.ewsUrl, address, max);
        for (const { do: action, pick } of steps) {
          const one = (folder: string) => {
            const items = control.listItems(address, folder);
            return items[pick % Math.max(items.length, 1)];
          };
          const item = one('inbox');
          const away = one('drafts');
          if (action === 'deliver') await control.deliver(address);
          else if (action === 'sync') await follower.page();
          else if (action === 'back' && away) control.moveItem(address, away.id, 'inbox');
          else if (item && action === 'delete') control.deleteItem(address, item.id);
          else if (item && action === 'move') control.moveItem(address, item.id, 'drafts');
          else if (item && action === 'read') control.markRead(address, item.id, !item.isRead);
        }
        while (!(await follower.page()));
        const actual = control.listItems(address).map(({ id, isRead }): [string, boolean] => [id, isRead]);
        expect([...follower.known].sort()).toEqual(actual.sort());
      }),
      { numRuns: 60 },
    );
  });
});
