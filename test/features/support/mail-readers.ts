import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser';
import type { WholeStage } from './whole-stage.js';

/** Undefined where there is no Python to read mail with. */
export const python = ['/usr/bin/python3', 'python3'].find((program) => spawnSync(program, ['--version']).status === 0);

/** A time that no message of the corpus says of itself. */
export const delivered = new Date('2026-02-03T04:05:06.000Z');

export interface Person {
  readonly name: string;
  readonly address: string;
}

/** A message as one reader sees it, in a form that can be compared. */
export interface Reading {
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

export const fields = ['subject', 'from', 'to', 'cc', 'date', 'text', 'html', 'attachments'] as const;
export type Field = (typeof fields)[number];

/** Readers lay out white space in their own ways, and none of it is told from another by a person. */
export const spaced = (text: unknown): string =>
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

/** @param paths of files, below the folder */
export function readByPython(folder: string, paths: readonly string[]): Reading[] {
  const run = spawnSync(python ?? '', [join(import.meta.dirname, 'reference_parser.py'), ...paths], {
    cwd: folder,
    env: { ...process.env, PYTHONUTF8: '1' },
    maxBuffer: 100_000_000,
  });
  if (run.status !== 0) throw new Error(run.stderr.toString().slice(-2_000));
  return (JSON.parse(run.stdout.toString()) as unknown[]).map(byPython);
}

export async function readByMailparser(mime: Buffer): Promise<Reading> {
  const plain = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true };
  return byMailparser(await simpleParser(mime, plain));
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

export async function byPostroom(
  stage: WholeStage,
  id: string,
): Promise<Reading & { mime: Buffer; sightings: string[] }> {
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
export function agreesOn(field: Field, ours: Reading, theirs: readonly Reading[]): boolean {
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
