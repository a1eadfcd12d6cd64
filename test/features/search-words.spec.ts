import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { searchQuery, searchWords, type Searchable } from '../../src/features/mail/search/search-words.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const mailboxId = '01890000-0000-7000-8000-00000000000a';
const profileId = '01890000-0000-7000-8000-00000000000b';
const other = '01890000-0000-7000-8000-00000000000c';
const everywhere = { mailboxId: null, profileIds: null };
const message = (subject: string, people: Searchable['people'] = []) => ({ mailboxId, profileId, subject, people });

let database: TestDatabase;
let sql: DataSource;

beforeAll(async () => {
  database = await createTestDatabase({ fresh: true });
  sql = database.dataSource;
});
afterAll(() => database?.drop());

/** What PostgreSQL says of it. */
async function finds(typed: string, searched: Searchable, reach = everywhere as Parameters<typeof searchQuery>[1]) {
  const query = searchQuery(typed, reach);
  if (query === null) return false;
  const [row] = await sql.query(`SELECT array_to_tsvector($1::text[]) @@ $2::tsquery AS found`, [
    searchWords(searched),
    query,
  ]);
  return row.found as boolean;
}

const ben = { name: 'Bén O’Kafor', address: 'Ben.Okafor+news@Mail.Example.com' };

it.each<[typed: string, found: boolean]>([
  ['invoice', true],
  ['INVOICE 2024', true],
  ['invo', true],
  ['invo 2024', false],
  ['2024 invo', true],
  ['invoice missing', false],
  ['muller', true],
  ['Müller', true],
  ['HAUPTSTRASSE', true],
  ['strasse', false],
  ['hauptstraße', true],
  ['ben', true],
  ['ben.okafor+news@mail.example.com', true],
  ['<Ben.Okafor+News@MAIL.example.com>', true],
  ['ben.okafor+news@mail.ex', true],
  ['ben.okafor+news@', true],
  ['@mail.example.com', true],
  ['@mail.exa', true],
  ['@example.com', false],
  ['okafor@mail.example.com', false],
  ['mail.example.com', true],
  ['ben.okafor', true],
  ['kafor', true],
  ['会議', true],
  ['議会', true],
  ['八', false],
  ['i', false],
  ['', false],
  ['!!! -- @', false],
  [`'`, false],
  [`in'voice`, false],
  [`=${profileId.replaceAll('-', '')}`, false],
])('%s is found: %s', async (typed, found) => {
  const searched = message('Re: Invoice-2024/001 für Herrn Müller, Hauptstraße 会議', [null, ben]);
  expect(await finds(typed, searched)).toBe(found);
});

it('finds within the reach only', async () => {
  const searched = message('invoice');
  expect(await finds('invoice', searched, { mailboxId, profileIds: [other, profileId] })).toBe(true);
  expect(await finds('invoice', searched, { mailboxId: null, profileIds: [other] })).toBe(false);
  expect(await finds('invoice', searched, { mailboxId: other, profileIds: null })).toBe(false);
  expect(await finds('invoice', searched, { mailboxId: null, profileIds: [] })).toBe(false);
});

it('takes any text, of mail and of people who search', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(`'`, '\\', '@', '&', '|', '!', ':', '*', '(', ' ', '\0', '\ud800', 'a', 'ß', '議'),
    }),
    fc.stringMatching(/^[^]{0,3}(?:a|𐐷){300}@b$/u),
  );
  await fc.assert(
    fc.asyncProperty(text, text, text, async (subject, name, typed) => {
      await expect(finds(typed, message(subject, [{ name, address: name }]))).resolves.toEqual(expect.any(Boolean));
    }),
    { numRuns: 300 },
  );
});

it('finds every message by each of its own words', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 80 }), async (subject) => {
      const isFound = await finds(subject, message(`before ${subject} after`));
      // Where there is no word, nothing can be found by it.
      expect(isFound).toBe(searchQuery(subject, everywhere) !== null);
    }),
    { numRuns: 200 },
  );
});

it('keeps what a message with thousands of people costs within bounds', async () => {
  const people = Array.from({ length: 20_000 }, (_, index) => ({
    name: '議'.repeat(90),
    address: `${'x'.repeat(300)}${index}@example.com`,
  }));
  const words = searchWords(message('subject', people));
  expect(words.length).toBeLessThanOrEqual(1_000);
  expect(words).toContain('subject');
  await sql.query(`SELECT array_to_tsvector($1::text[])`, [words]);
});
