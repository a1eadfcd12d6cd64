import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  agreesOn,
  byPostroom,
  delivered,
  fields,
  python,
  readByMailparser,
  readByPython,
  type Field,
  type Reading,
} from './support/mail-readers.js';
import { WholeStage } from './support/whole-stage.js';

/** Any folder of .eml files (`scripts/compare-mail.mjs FOLDER`); without one, the corpora beside the project where they are. */
const given = process.env['POSTROOM_MAIL_FOLDER'];
const folders = given === undefined ? ['mail-corpus', 'cases/mail'].map(besideUs) : [given];
const found = folders.flatMap((folder) =>
  existsSync(folder)
    ? (readdirSync(folder, { recursive: true }) as string[])
        .filter((file) => file.endsWith('.eml'))
        .map((file) => ({ name: file, path: join(folder, file) }))
    : [],
);
const pathOf = new Map(
  found.sort((one, other) => (one.name < other.name ? -1 : 1)).map(({ name, path }) => [name, path]),
);
const files = [...pathOf.keys()];
const mimeOf = (name: string) => readFileSync(pathOf.get(name) ?? '');
const skipped =
  files.length === 0 || !folders.every((folder) => existsSync(folder))
    ? 'the mail corpus is not there'
    : python === undefined
      ? 'there is no python3'
      : null;

function besideUs(folder: string): string {
  return join(import.meta.dirname, '../../../shared', folder);
}

/** Where three readers of malformed mail see three things, and why ours is none to be ashamed of. */
const exceptions: Readonly<Record<string, Partial<Record<Field, string>>>> = {
  'b-jp-esc-label.eml': { text: 'ISO-2022-JP under a converter’s label, which the others do not know' },
  'c-jp-no-charset.eml': { text: 'ISO-2022-JP without a label, known by its escapes' },
  'd-gb-subject-raw.eml': { subject: 'raw bytes in the charset of the body' },
  'i-attachments.eml': { attachments: 'as Python, but for a name with blanks, of which mailparser has all' },
  'j11-comma-name.eml': { from: 'the others take the comma of the name for the end of the first address' },
  'j4-from-ex.eml': { from: 'an X.500 name is no address' },
  'y-no-boundary.eml': { text: 'the others lose the text of a multipart without a boundary' },
  'z2-html-meta-charset.eml': { html: 'the charset of the meta element' },
  'mail-parser/malformed/002.eml': { text: 'the others lose the text of a multipart whose boundary never comes' },
  'mail-parser/malformed/017.eml': {
    attachments: 'the boundary, which lacks its semicolon, is known by the delimiters',
  },
  'mail/attachment_emails/attachment_with_encoded_name.eml': {
    attachments: 'a byte of 8 bits under a label of 7: nobody knows the letter; ours is that of Windows',
  },
  'mail/plain_emails/raw_email8.eml': {
    attachments: 'a byte of 8 bits under a label of 7: nobody knows the letter; ours is that of Windows',
  },
  'mail/error_emails/content_transfer_encoding_7-bit.eml': {
    text: 'UTF-8 under the label of Latin-1: the others have Â© for ©',
    html: 'UTF-8 under the label of Latin-1: the others have Â© for ©',
  },
  'mail/error_emails/invalid_subject_characters.eml': { subject: 'raw Latin-1, which the others do not read' },
  'mail-parser/malformed/000.eml': {
    html: 'empty parts only; the empty plain ones are shown beside the empty HTML one',
  },
  'mail-parser/malformed/008.eml': {
    text: 'the parts of a mixed message are shown in one body, in both of its forms',
    html: 'the parts of a mixed message are shown in one body, in both of its forms',
  },
  'mail-parser/malformed/012.eml': { attachments: 'the last part is cut off; what there is of it is kept whole' },
  'mail-parser/malformed/019.eml': {
    text: 'scrambled by a fuzzer; no two readers find the same parts',
    html: 'scrambled by a fuzzer; no two readers find the same parts',
  },
  'mail-parser/rfc/002.eml': { attachments: 'Python writes the attached message anew, mailparser unfolds it' },
  'mail-parser/rfc/007.eml': { html: 'the parts around the HTML one belong to the body; the others leave them out' },
  'mail-parser/thirdparty/002.eml': { text: 'invalid base64: everyone makes something else of the garbage' },
  'mail-parser/thirdparty/007.eml': { attachments: 'Python writes the attached message anew, mailparser unfolds it' },
  'mail/error_emails/content_transfer_encoding_empty.eml': {
    html: 'broken Big5: a different character for one wrong byte',
  },
  'mail/multipart_report_emails/multipart_report_multiple_status.eml': {
    attachments: 'Python forgets the second of two blank lines inside a delivery report',
  },
  'mail/rfc2822/example11.eml': {
    to: 'the route before the first address is left out as by Python, the blanks in the second one split it as by mailparser',
  },
  'mail/rfc2822/example13.eml': {
    from: 'a comment inside the address, which the others give up on; we show it as written',
  },
};

const title = 'the mail corpus, delivered, synced, and read back by the API';
(skipped ? describe.skip : describe)(skipped ? `${title} (skipped: ${skipped})` : title, () => {
  let stage: WholeStage;
  const address = (index: number) => `reader${index}@example.com`;
  const ids = new Map<string, string>();
  let pythons: Reading[];

  beforeAll(async () => {
    stage = await WholeStage.open({ addresses: files.map((_, index) => address(index)) });
    pythons = readByPython('.', [...pathOf.values()]);
    for (const [index, name] of files.entries())
      await stage.sandbox.control.deliverMime(address(index), mimeOf(name), {
        receivedAt: delivered,
      });
    const mailboxes = files.map((_, index) => ({ profileId: stage.profileId, emailAddress: address(index) }));
    await stage.dataSource.query('UPDATE profile_pacing SET concurrency = 8');
    const created = (await stage.client().post('/v1/mailboxes/batch', { mailboxes })).body;
    while ((await stage.round()) > 0);
    for (const { index, id } of created.results as { index: number; id: string }[]) {
      const [message, ...more] = await stage.messagesOf(id);
      expect(more).toEqual([]);
      if (message) ids.set(files[index] ?? '', message.id);
    }
  });
  afterAll(() => stage?.close());

  it('holds every message', () => {
    expect(files.filter((name) => !ids.has(name))).toEqual([]);
  });

  it.each(files.map((name, index) => ({ name, index })))('$name', async ({ name, index }) => {
    const mime = mimeOf(name);
    const ours = await byPostroom(stage, ids.get(name) ?? '');
    // A few of them are one message with other trace headers or boundaries, whose content is stored once.
    const originals = files.filter((file) => ours.sightings.includes(ids.get(file) ?? ''));
    expect(originals).toContain(name);
    expect(originals.some((file) => mimeOf(file).equals(ours.mime))).toBe(true);
    expect(originals.length).toBeLessThanOrEqual(4);
    const python = pythons[index];
    if (!python) throw new Error('Python says nothing of it');
    const mailparser = await readByMailparser(mime);
    const disagreeing = fields.filter((field) => !agreesOn(field, ours, [python, mailparser]));
    const excepted = Object.keys(exceptions[name] ?? {});
    const unexpected = disagreeing.filter((field) => !excepted.includes(field));
    expect(
      unexpected.map((field) => ({ field, ours: ours[field], python: python[field], mailparser: mailparser[field] })),
    ).toEqual([]);
    // A reason that no longer holds is taken off the list.
    expect(excepted.filter((field) => !disagreeing.includes(field as Field))).toEqual([]);
  });
});
