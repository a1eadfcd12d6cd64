import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  byPostroom,
  delivered,
  python,
  readByMailparser,
  readByPython,
  spaced,
  type Reading,
} from './support/mail-readers.js';
import { oddMail, type Meaning, type OddMail } from './support/odd-mail.js';
import { WholeStage } from './support/whole-stage.js';

type Field = keyof Meaning;
const fieldsOf = ({ means }: OddMail) => Object.keys(means) as Field[];

/** A reading in the words of a meaning. */
function meaningOf(field: Field, reading: Reading): unknown {
  if (field === 'from') return reading.from[0] ?? null;
  if (field === 'date') return reading.date;
  return field === 'text' || field === 'html' ? reading[field][0] : reading[field];
}

function meant(field: Field, means: Meaning): unknown {
  if (field === 'date') return Date.parse(means.date ?? '') / 1_000;
  if (field !== 'attachments') return means[field];
  return Object.entries(means.attachments ?? {}).map(([name, content]) => {
    const sha256 = createHash('sha256').update(content).digest('hex').slice(0, 12);
    return `${name} | application/x-f | ${content.length} | ${sha256}`;
  });
}

describe('odd mail', () => {
  let stage: WholeStage;
  const address = (index: number) => `odd${index}@example.com`;
  const ids: string[] = [];

  beforeAll(async () => {
    stage = await WholeStage.open({ addresses: [...oddMail.map((_, index) => address(index)), 'jdoe@example.com'] });
    for (const [index, { mime }] of oddMail.entries())
      await stage.sandbox.control.deliverMime(address(index), mime, { receivedAt: delivered });
    const mailboxes = oddMail.map((_, index) => ({ profileId: stage.profileId, emailAddress: address(index) }));
    await stage.dataSource.query('UPDATE profile_pacing SET concurrency = 8');
    const { body } = await stage.client().post('/v1/mailboxes/batch', { mailboxes });
    while ((await stage.round()) > 0);
    for (const { index, id } of body.results as { index: number; id: string }[])
      ids[index] = (await stage.messagesOf(id))[0]?.id;
  });
  afterAll(() => stage?.close());

  it.each(oddMail.map((mail, index) => ({ ...mail, index })))('$name', async ({ index, ...mail }) => {
    const ours = await byPostroom(stage, ids[index] ?? '');
    for (const field of fieldsOf(mail))
      expect([field, meaningOf(field, ours)]).toEqual([field, meant(field, mail.means)]);
  });

  /** Where the others agree, that is common ground; where not, the list says why they are wrong, and for no longer than they are. */
  const differing = (reader: 'mailparser' | 'python', readings: readonly Reading[]) =>
    oddMail.map((mail, index) => ({
      name: mail.name,
      fields: fieldsOf(mail).filter((field) => {
        const reading = readings[index];
        return reading && JSON.stringify(meaningOf(field, reading)) !== JSON.stringify(meant(field, mail.means));
      }),
      listed: Object.keys(mail.misread?.[reader] ?? {}),
    }));
  const listed = (rows: ReturnType<typeof differing>) => rows.map(({ name, listed }) => ({ name, fields: listed }));
  const found = (rows: ReturnType<typeof differing>) => rows.map(({ name, fields }) => ({ name, fields }));

  it('is read as mailparser reads it, but where that is wrong', async () => {
    const rows = differing('mailparser', await Promise.all(oddMail.map(({ mime }) => readByMailparser(mime))));
    expect(found(rows)).toEqual(listed(rows));
  });

  (python === undefined ? it.skip : it)('is read as Python reads it, but where that is wrong (needs python3)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'odd-mail-'));
    try {
      oddMail.forEach(({ mime }, index) => writeFileSync(join(folder, `${index}.eml`), mime));
      const rows = differing(
        'python',
        readByPython(
          folder,
          oddMail.map((_, index) => `${index}.eml`),
        ),
      );
      expect(found(rows)).toEqual(listed(rows));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says nothing that a person could not read', async () => {
    for (const id of ids) expect(spaced((await byPostroom(stage, id)).text[0])).not.toContain('\ufffd');
  });
});
