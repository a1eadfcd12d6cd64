import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { storableJson, storableText } from '../../src/platform/database/storable-text.js';
import { valuesList } from '../../src/platform/database/values-list.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let sql: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.dataSource;
});
afterAll(() => database?.drop());

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\0', '\ud800', '\udc00', '\ufffe', '"', '\\', '\r\n', '\u2028'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

it.each([
  ['a\0b', 'ab'],
  ['\ud83d', '\ufffd'],
  ['\udc00x\ud800', '\ufffdx\ufffd'],
  ['😀', '😀'],
  ['', ''],
])('makes %j storable', (text, stored) => {
  expect(storableText(text)).toBe(stored);
});

it('lets PostgreSQL keep any text as it is from then on', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const storable = storableText(text);
      const [row] = await sql.query('SELECT $1::text AS t, $2::jsonb AS j', [
        storable,
        storableJson({ a: [text], b: { c: text } }),
      ]);
      expect(row).toEqual({ t: storable, j: { a: [storable], b: { c: storable } } });
    }),
    { numRuns: 300 },
  );
});

it('keeps the keys of JSON storable, too', async () => {
  const [row] = await sql.query('SELECT $1::jsonb AS j', [storableJson({ 'a\0b': 1, '\ud800': 2 })]);
  expect(Object.values(row.j)).toEqual([1, 2]);
});

it('writes many rows in one statement, each value in its own type', async () => {
  const rows = [
    { n: 1, text: 'a', bytes: Buffer.from([0, 255]), at: new Date(0) },
    { n: null, text: null, bytes: null, at: null },
  ];
  const { text, parameters } = valuesList(
    rows,
    [
      { type: 'integer', value: (row) => row.n },
      { type: 'text', value: (row) => row.text },
      { type: 'bytea', value: (row) => row.bytes },
      { type: 'timestamptz', value: (row) => row.at },
    ],
    2,
  );
  expect(
    await sql.query(`SELECT v.*, $1::int AS first FROM (${text}) AS v (n, text, bytes, at)`, [7, ...parameters]),
  ).toEqual(rows.map((row) => ({ ...row, first: 7 })));
});
