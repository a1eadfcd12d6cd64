import fc from 'fast-check';
import { advanceImport, startOfImport } from '../../src/features/mail/incoming/import-position.js';
import type { FoundItem } from '../../src/drivers/port/mail-item.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000);
const now = new Date(Date.UTC(2026, 5, 1));
const item = (id: string, receivedAt: Date | null): FoundItem => ({
  id,
  changeKey: null,
  receivedAt,
  internetMessageId: null,
});

interface Held {
  readonly id: string;
  readonly second: number;
}

/** A server's FindItem over `held`: those at or after `since`, oldest first or as they stand, one page of them. */
function find(
  held: readonly Held[],
  since: Date,
  offset: number,
  limit: number,
  how: { sorted: boolean; dated: boolean },
) {
  const matching = held.filter(({ second }) => at(second) >= since);
  const ordered = how.sorted ? [...matching].sort((a, b) => a.second - b.second || a.id.localeCompare(b.id)) : matching;
  const items = ordered.slice(offset, offset + limit).map(({ id, second }) => item(id, how.dated ? at(second) : null));
  const nextOffset = offset + items.length;
  return { items, last: nextOffset >= ordered.length, nextOffset, unreadable: 0, limitation: null };
}

const mailbox = fc
  .array(fc.nat(40), { maxLength: 60 })
  .map((seconds) => seconds.map((second, index): Held => ({ id: `item-${index}`, second })));

describe('the import by date', () => {
  it.each([
    ['a good server', { sorted: true, dated: true }],
    ['a server that omits the dates', { sorted: true, dated: false }],
    ['a server that ignores the sort order and omits the dates', { sorted: false, dated: false }],
  ])('sees every item and ends, with %s', (_name, how) => {
    fc.assert(
      fc.property(mailbox, fc.integer({ min: 1, max: 12 }), (held, limit) => {
        const seen = new Set<string>();
        let position = startOfImport(at(0));
        for (let page = 0; !position.done; page += 1) {
          expect(page).toBeLessThan(200);
          const found = find(held, position.since, position.offset, limit, how);
          for (const { id } of found.items) seen.add(id);
          position = advanceImport(position, found, now);
        }
        expect(seen.size).toBe(held.length);
      }),
    );
  });

  it('misses nothing that stays when mail is deleted between two pages', () => {
    fc.assert(
      fc.property(mailbox, fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.nat(100)), (mail, limit, choices) => {
        let held = mail;
        const seen = new Set<string>();
        let position = startOfImport(at(0));
        for (let page = 0; !position.done && page < 500; page += 1) {
          const found = find(held, position.since, position.offset, limit, { sorted: true, dated: true });
          for (const { id } of found.items) seen.add(id);
          const full = position.offset;
          position = advanceImport(position, found, now);
          // While one instant fills whole pages only the offset can go on; deletions there are the audit's business.
          if (position.offset > 0 || full > 0) continue;
          const victim = held[(choices.next().value as number) % Math.max(1, held.length)];
          held = held.filter((other) => other !== victim);
        }
        for (const { id } of held) expect(seen).toContain(id);
      }),
    );
  });

  it('resumes from what it reached without leaving a gap', () => {
    fc.assert(
      fc.property(mailbox, fc.integer({ min: 1, max: 6 }), fc.nat(5), (held, limit, pages) => {
        const seen = new Set<string>();
        let reached = at(0);
        let position = startOfImport(reached);
        for (let page = 0; !position.done && page < pages; page += 1) {
          const found = find(held, position.since, position.offset, limit, { sorted: true, dated: true });
          for (const { id } of found.items) seen.add(id);
          position = advanceImport(position, found, now);
          reached = position.reached ?? reached;
        }
        for (const { id, second } of held) if (at(second) < reached) expect(seen).toContain(id);
      }),
    );
  });
});
