import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser';
import { WholeStage } from './support/whole-stage.js';

const corpus = join(import.meta.dirname, '../../../shared/mail-corpus');
const files = existsSync(corpus)
  ? (readdirSync(corpus, { recursive: true }) as string[]).filter((file) => file.endsWith('.eml')).sort()
  : [];
const python = ['/usr/bin/python3', 'python3'].find((program) => spawnSync(program, ['--version']).status === 0);
const skipped =
  files.length === 0 ? 'the mail corpus is not there' : python === undefined ? 'there is no python3' : null;

/** A time that no message of the corpus says of itself. */
const delivered = new Date('2026-02-03T04:05:06.000Z');

interface Person {
  readonly name: string;
  readonly address: string;
}

/** A message as one reader sees it, in a form that can be compared. */
interface Reading {
  readonly subject: string;
  readonly from: Person[];
  readonly to: Person[];
  readonly cc: Person[];
  /** Seconds since 1970. */
  readonly date: number | null;
  /** What counts as its text: one reader joins the parts that another one keeps apart. */
  readonly text: string[];
  readonly html: string[];
  /** Name, type, size and digest of each. */
  readonly attachments: string[];
}

const fields = ['subject', 'from', 'to', 'cc', 'date', 'text', 'html', 'attachments'] as const;
type Field = (typeof fields)[number];

/** Readers lay out white space in their own ways, and none of it is told from another by a person. */
const spaced = (text: unknown): string =>
  typeof text === 'string'
    ? text
        .replaceAll('\0', '')
        .replace(/[\s\ufeff]+/g, ' ')
        .trim()
    : '';
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const file = (name: unknown, type: string, content: Buffer) => {
  // Readers that take delivery reports apart do not remember the blank lines around them.
  const bytes = type === 'message/delivery-status' ? Buffer.from(content.toString('latin1').trim(), 'latin1') : content;
  return fileRow(name, type, bytes.length, digest(bytes));
};
const fileRow = (name: unknown, type: string, size: number, sha256: string) =>
  `${spaced(name)} | ${type.toLowerCase()} | ${size} | ${sha256.slice(0, 12)}`;
const person = ({ name, address }: { name?: unknown; address?: unknown }): Person => ({
  name: spaced(name),
  address: spaced(address),
});

/* eslint-disable @typescript-eslint/no-explicit-any -- reads JSON of others */
function byPython(json: any): Reading {
  return {
    subject: spaced(json.subject),
    from: json.from.slice(0, 1).map(person),
    to: json.to.map(person),
    cc: json.cc.map(person),
    date: json.date,
    text: [spaced(json.text), spaced(json.texts.join('\n'))],
    html: [spaced(json.html), spaced(json.htmls.join('\n'))],
    attachments: json.attachments.map((part: any) => fileRow(part.name, part.type, part.size, part.sha256)).sort(),
  };
}

function byMailparser(mail: ParsedMail): Reading {
  const people = (header: AddressObject | AddressObject[] | undefined): Person[] =>
    [header ?? []]
      .flat()
      .flatMap(({ value }) => value)
      .flatMap((mailbox) => mailbox.group ?? [mailbox])
      .map(person);
  return {
    subject: spaced(mail.subject),
    from: people(mail.from).slice(0, 1),
    to: people(mail.to),
    cc: people(mail.cc),
    date: headerDate(mail),
    text: [spaced(mail.text)],
    html: [spaced(mail.html)],
    attachments: mail.attachments.map((part) => file(part.filename, part.contentType, part.content)).sort(),
  };
}

/** Where the header is no date, mailparser says the present time. */
function headerDate(mail: ParsedMail): number | null {
  if (!mail.headers.has('date') || !mail.date || Math.abs(mail.date.getTime() - Date.now()) < 600_000) return null;
  return Math.floor(mail.date.getTime() / 1000);
}

async function byPostroom(stage: WholeStage, id: string): Promise<Reading & { mime: Buffer; sightings: string[] }> {
  const bytes = async (path: string) => {
    const answer = await fetch(`${stage.process.url}/v1/messages/${id}/${path}`, {
      headers: { authorization: `Bearer ${stage.adminToken}` },
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  };
  const { body } = await stage.client().get(`/v1/messages/${id}`);
  const attachments: string[] = [];
  for (const part of body.attachments) {
    const content = await bytes(`attachments/${part.position}`);
    expect(content.length).toBe(part.sizeBytes);
    attachments.push(file(part.filename, part.contentType, content));
  }
  return {
    subject: spaced(body.subject),
    from: [body.from ?? []].flat().map(person),
    to: body.to.map(person),
    cc: body.cc.map(person),
    // Without a readable Date header the server's own time of sending stands in, which here is that of delivery.
    date: body.sentAt === null || body.sentAt === delivered.toISOString() ? null : Date.parse(body.sentAt) / 1000,
    text: [spaced(body.text)],
    html: [spaced(body.html)],
    attachments: attachments.sort(),
    mime: await bytes('mime'),
    sightings: body.sightings.map((sighting: { id: string }) => sighting.id),
  };
}

/** Files agree when their names and types do with one reader, and each one's bytes with one of them. */
function agreesOn(field: Field, ours: Reading, theirs: readonly Reading[]): boolean {
  if (field === 'text' || field === 'html')
    return theirs.some((reading) => reading[field].includes(ours[field][0] ?? ''));
  if (field !== 'attachments')
    return theirs.some((reading) => JSON.stringify(ours[field]) === JSON.stringify(reading[field]));
  const names = (reading: Reading) =>
    reading.attachments
      .map((row) => row.split(' | ').slice(0, 2).join())
      .sort()
      .join();
  const bytes = (row: string) => row.split(' | ').slice(2).join();
  return (
    theirs.some((reading) => names(reading) === names(ours)) &&
    ours.attachments.every((row) => theirs.some((reading) => reading.attachments.map(bytes).includes(bytes(row))))
  );
}

/** Where three readers of malformed mail see three things, and why ours is none to be ashamed of. */
const exceptions: Readonly<Record<string, Partial<Record<Field, string>>>> = {
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
    const run = spawnSync(python ?? '', [join(import.meta.dirname, 'support/reference_parser.py'), ...files], {
      cwd: corpus,
      env: { ...process.env, PYTHONUTF8: '1' },
      maxBuffer: 100_000_000,
    });
    if (run.status !== 0) throw new Error(run.stderr.toString().slice(-2_000));
    pythons = (JSON.parse(run.stdout.toString()) as unknown[]).map(byPython);
    for (const [index, name] of files.entries())
      await stage.sandbox.control.deliverMime(address(index), readFileSync(join(corpus, name)), {
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
    const mime = readFileSync(join(corpus, name));
    const ours = await byPostroom(stage, ids.get(name) ?? '');
    // A few of them are one message with other trace headers or boundaries, whose content is stored once.
    const originals = files.filter((file) => ours.sightings.includes(ids.get(file) ?? ''));
    expect(originals).toContain(name);
    expect(originals.some((file) => readFileSync(join(corpus, file)).equals(ours.mime))).toBe(true);
    expect(originals.length).toBeLessThanOrEqual(4);
    const python = pythons[index];
    if (!python) throw new Error('Python says nothing of it');
    const mailparser = byMailparser(
      await simpleParser(mime, {
        skipHtmlToText: true,
        skipTextToHtml: true,
        skipImageLinks: true,
        skipTextLinks: true,
      }),
    );
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
