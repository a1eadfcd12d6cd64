import type { MailboxSession, MailServer } from '../../../src/drivers/port/mail-server.js';
import { failure, message, responses } from './support/answers.js';
import { friendly } from './support/canned.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';
import { startEwsStub, xml, type EwsStub, type SeenRequest } from './support/ews-stub.js';

/** A message of 1 March 2026 08:00 UTC: the first 48 bits of the id are its time in ms. */
const marker = `${Date.UTC(2026, 2, 1, 8)
  .toString(16)
  .padStart(12, '0')
  .replace(/^(.{8})/, '$1-')}-7000-8000-000000000001`;
const folders = ['drafts', 'outbox', 'sentitems'] as const;
type Folder = (typeof folders)[number];

interface Held {
  readonly id: string;
  readonly marker?: string;
  readonly date?: string;
}

interface Server {
  readonly held?: Partial<Record<Folder, readonly Held[]>>;
  /** `ignores`: takes the restriction and lists everything all the same. */
  readonly search?: 'heeds' | 'ignores' | 'refuses' | 'first folder only';
  readonly listings?: 'tell markers' | 'leave markers out' | 'refuse markers' | 'refuse sorting';
  readonly missing?: readonly Folder[];
  readonly pageSize?: number;
  readonly repeats?: boolean;
}

const property = (value: string) =>
  `<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="00020329-0000-0000-C000-000000000046" PropertyName="PostroomMessageId" PropertyType="String"/><t:Value>${value}</t:Value></t:ExtendedProperty>`;

/** Answers FindItem and GetItem as a server of that kind would. */
function answerOf(server: Server, { body }: SeenRequest): string {
  const { held = {}, search = 'heeds', listings = 'tell markers', missing = [] } = server;
  const row = ({ id, marker: own, date }: Held) =>
    `<t:Message><t:ItemId Id="${id}" ChangeKey="K"/>${date === undefined ? '' : `<t:DateTimeReceived>${date}</t:DateTimeReceived>`}${own !== undefined && (listings === 'tell markers' || listings === 'refuse sorting') ? property(own) : ''}</t:Message>`;
  if (body.includes('<m:GetItem>')) {
    const all = Object.values(held).flat();
    const items = [...body.matchAll(/<t:ItemId Id="([^"]*)"/g)].map(([, id]) => all.find((one) => one.id === id));
    return responses(
      'GetItem',
      ...items.map((item) =>
        message(
          'GetItem',
          `<m:Items><t:Message><t:ItemId Id="${item?.id}"/>${item?.marker === undefined ? '' : property(item.marker)}</t:Message></m:Items>`,
        ),
      ),
    );
  }
  const wanted = /Constant Value="([^"]*)"/.exec(body)?.[1];
  if (wanted !== undefined && search === 'refuses')
    return responses('FindItem', failure('FindItem', 'ErrorInvalidRestriction'));
  if (listings === 'refuse markers' && wanted === undefined && body.includes('ExtendedFieldURI'))
    return responses('FindItem', failure('FindItem', 'ErrorInvalidExtendedProperty'));
  if (listings === 'refuse sorting' && body.includes('SortOrder'))
    return responses('FindItem', failure('FindItem', 'ErrorUnsupportedPathForSortGroup'));
  const asked = folders.filter((folder) => body.includes(`Id="${folder}"`));
  const offset = Number(/Offset="(\d+)"/.exec(body)?.[1]);
  const answers = asked.map((folder) => {
    if (missing.includes(folder)) return failure('FindItem', 'ErrorFolderNotFound');
    const matching = (held[folder] ?? []).filter(
      (item) => wanted === undefined || search === 'ignores' || item.marker === wanted,
    );
    const from = server.repeats ? 0 : offset;
    const rows = matching.slice(from, from + (server.pageSize ?? 100));
    const last = !server.repeats && from + rows.length >= matching.length;
    return message(
      'FindItem',
      `<m:RootFolder IncludesLastItemInRange="${last}"><t:Items>${rows.map(row).join('')}</t:Items></m:RootFolder>`,
    );
  });
  return responses('FindItem', ...(search === 'first folder only' ? answers.slice(0, 1) : answers));
}

describe('findByMarker', () => {
  let stub: EwsStub;
  let server: MailServer;
  let mailbox: MailboxSession;

  beforeEach(async () => {
    stub = await startEwsStub(friendly);
    server = serverFor(stub.url);
    mailbox = server.openMailbox(IMPERSONATED);
  });
  afterEach(async () => {
    await server.close();
    await stub.close();
  });

  const on = (how: Server) => stub.answer((request, response) => xml(answerOf(how, request))(request, response));
  const places = async () => (await mailbox.findByMarker(marker)).map(({ id, folder }) => `${folder}/${id}`);
  const ours = { id: 'ours', marker, date: '2026-03-01T08:00:05Z' };
  const other = { id: 'other', date: '2026-03-01T09:00:00Z' };
  const one = { drafts: [other, ours], sentitems: [other] };

  it('looks where a message being sent goes by one call, and tells Sent Items first', async () => {
    on({
      held: {
        drafts: [{ ...ours, id: 'draft' }],
        outbox: [{ ...ours, id: 'out' }],
        sentitems: [{ ...ours, id: 'sent' }],
      },
    });
    expect(await places()).toEqual(['sentitems/sent', 'outbox/out', 'drafts/draft']);
    expect(stub.seen).toHaveLength(1);
  });

  it('does without an Outbox, but not without the others', async () => {
    on({ held: { sentitems: [ours] }, missing: ['outbox'] });
    expect(await places()).toEqual(['sentitems/ours']);
    on({ missing: ['sentitems'] });
    expect((await errorOf(mailbox.findByMarker(marker))).code).toBe('ErrorFolderNotFound');
  });

  it.each<[string, Server]>([
    ['refuses to search by it', { search: 'refuses' }],
    ['refuses that and to sort', { search: 'refuses', listings: 'refuse sorting' }],
    ['refuses that and to list the marker', { search: 'refuses', listings: 'refuse markers' }],
    ['refuses that and leaves the marker out of listings', { search: 'refuses', listings: 'leave markers out' }],
    ['does not heed the restriction', { search: 'ignores' }],
    ['does not heed it, and leaves the marker out of listings', { search: 'ignores', listings: 'leave markers out' }],
    ['searches, and leaves the marker out', { listings: 'leave markers out' }],
    ['answers for the first folder alone', { search: 'first folder only' }],
    ['has small pages', { pageSize: 1 }],
    ['has small pages and refuses to search by it', { pageSize: 1, search: 'refuses' }],
  ])('finds ours, and nothing of others, on a server that %s', async (_name, how) => {
    on({ ...how, held: one });
    expect(await places()).toEqual(['drafts/ours']);
    on({ ...how, held: { drafts: [other], sentitems: [other, ours] } });
    expect(await places()).toEqual(['sentitems/ours']);
    on({ ...how, held: { drafts: [other], sentitems: [other] } });
    expect(await places()).toEqual([]);
  });

  it('remembers that a server does not search', async () => {
    on({ search: 'refuses', held: one });
    await places();
    const before = stub.seen.length;
    await places();
    expect(stub.seen.slice(before).filter(({ body }) => body.includes('Restriction'))).toEqual([]);
  });

  it('ends at what is older than the message', async () => {
    const old = Array.from({ length: 500 }, (_, index) => ({ id: `old${index}`, date: '2026-02-01T00:00:00Z' }));
    on({ search: 'refuses', pageSize: 100, held: { sentitems: [ours, ...old] } });
    expect(await places()).toEqual(['sentitems/ours']);
    expect(
      stub.seen.filter(({ body }) => body.includes('Id="sentitems"') && !body.includes('Restriction')),
    ).toHaveLength(1);
  });

  it.each<[string, Server]>([
    ['a listing that repeats its first page', { search: 'refuses', repeats: true, held: { drafts: [other] } }],
    [
      'a search that does, of a server that ignores the restriction',
      { search: 'ignores', repeats: true, held: { drafts: [other] } },
    ],
    ['an empty page that is not the last', { search: 'refuses', repeats: true }],
  ])('rejects, and does not call it empty, over %s', async (_name, how) => {
    on(how);
    expect((await errorOf(mailbox.findByMarker(marker))).code).toBe('UnexpectedAnswer');
    expect(stub.seen.length).toBeLessThan(20);
  });
});
