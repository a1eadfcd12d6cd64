import fc from 'fast-check';
import {
  attribute,
  attributeByChecks,
  attributionScopes,
  type AttributionScope,
  type ScopeCheck,
} from '../../src/features/failures/attribution.js';
import { narrowDown } from '../../src/features/failures/narrow-down.js';

const passed = (scope: AttributionScope): ScopeCheck => ({ scope, passed: true });
const failed = (scope: AttributionScope): ScopeCheck => ({ scope, passed: false });

describe('attribution of an error', () => {
  it.each<[AttributionScope, ScopeCheck[], AttributionScope, ReturnType<typeof attribute>]>([
    ['attachment', [], 'mailbox', { check: 'item' }],
    ['attachment', [passed('item')], 'mailbox', { scope: 'attachment' }],
    ['item', [], 'mailbox', { check: 'folder' }],
    ['item', [passed('folder')], 'mailbox', { scope: 'item' }],
    ['item', [failed('folder')], 'mailbox', { check: 'mailbox' }],
    ['item', [failed('folder'), passed('folder')], 'mailbox', { scope: 'item' }],
    ['item', [failed('folder'), passed('mailbox')], 'mailbox', { scope: 'folder' }],
    ['item', [failed('folder'), failed('mailbox')], 'mailbox', { scope: 'mailbox' }],
    ['item', [failed('folder'), failed('mailbox')], 'profile', { check: 'profile' }],
    ['folder', [passed('mailbox')], 'profile', { scope: 'folder' }],
    ['mailbox', [], 'profile', { check: 'profile' }],
    ['mailbox', [failed('profile')], 'profile', { check: 'profile' }],
    ['mailbox', [failed('profile'), passed('profile')], 'profile', { scope: 'mailbox' }],
    ['mailbox', [failed('profile'), failed('profile')], 'profile', { scope: 'profile' }],
    ['profile', [failed('server'), passed('server')], 'server', { scope: 'profile' }],
    ['profile', [failed('server'), failed('server')], 'server', { scope: 'server' }],
    ['server', [], 'server', { scope: 'server' }],
  ])('of %s with %j up to %s is %j', (narrowest, checks, widest, expected) => {
    expect(attribute(narrowest, checks, widest)).toEqual(expected);
  });

  it('holds an error against the narrowest scope above which something works', async () => {
    const scopes = fc.integer({ min: 0, max: attributionScopes.length - 1 });
    await fc.assert(
      fc.asyncProperty(scopes, scopes, async (start, fault) => {
        const works = (scope: AttributionScope) => Promise.resolve(attributionScopes.indexOf(scope) > fault);
        const narrowest = attributionScopes[start] ?? 'item';
        const found = await attributeByChecks(narrowest, 'server', works);
        expect(found).toBe(attributionScopes[Math.max(start, fault)]);
      }),
    );
  });

  it('makes no check twice when one is enough, and none beyond the first that passes', async () => {
    const made: AttributionScope[] = [];
    const found = await attributeByChecks('item', 'server', (scope) => {
      made.push(scope);
      return Promise.resolve(scope === 'profile');
    });
    expect(found).toBe('mailbox');
    expect(made).toEqual(['folder', 'mailbox', 'profile']);
  });
});

describe('narrowing a call down', () => {
  /** Fails as a whole when it holds one of these. */
  async function narrow(things: readonly number[], bad: ReadonlySet<number>) {
    let calls = 0;
    const results = await narrowDown<number, string>(things, {
      call: (part) => {
        calls += 1;
        if (part.some((thing) => bad.has(thing))) return Promise.reject(new Error('spoilt'));
        return Promise.resolve(part.map((thing) => `read ${thing}`));
      },
      mayBeOne: (error) => error instanceof Error && error.message === 'spoilt',
      failed: (thing) => `failed ${thing}`,
    });
    return { results, calls };
  }

  it('reads everything but what is at fault, in order, whatever is at fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (faults) => {
        const things = faults.map((_, index) => index);
        const bad = new Set(things.filter((thing) => faults[thing]));
        const { results, calls } = await narrow(things, bad);
        expect(results).toEqual(things.map((thing) => (bad.has(thing) ? `failed ${thing}` : `read ${thing}`)));
        expect(calls).toBeLessThanOrEqual(Math.max(0, 2 * things.length - 1));
      }),
    );
  });

  it('finds one among many by few calls', async () => {
    const things = Array.from({ length: 64 }, (_, index) => index);
    expect((await narrow(things, new Set([37]))).calls).toBeLessThanOrEqual(13);
  });

  it('passes on what no single thing can have caused', async () => {
    const narrowed = {
      call: () => Promise.reject(new Error('denied')),
      mayBeOne: () => false,
      failed: () => 'failed',
    };
    await expect(narrowDown([1, 2, 3], narrowed)).rejects.toThrow('denied');
  });
});
