import {
  fullForm,
  nextForm,
  reachesBehind,
  type ListingForm,
} from '../../../src/drivers/ews/operations/listing-form.js';
import { queryRefusal } from '../../../src/drivers/ews/query-refusal.js';
import type { QueryRefusal } from '../../../src/drivers/port/mail-error-class.js';
import type { MailErrorDetails } from '../../../src/drivers/port/mail-error.js';
import type { MailboxSession, MailServer } from '../../../src/drivers/port/mail-server.js';
import { failure, fault, message, responses } from './support/answers.js';
import { friendly } from './support/canned.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';
import { startEwsStub, xml, type EwsStub } from './support/ews-stub.js';

const show = ({ restriction, sorted }: ListingForm) => `${restriction}${sorted ? ' sorted' : ''}`;

describe('the form of a listing after a refusal', () => {
  it.each<[string, QueryRefusal[], string[]]>([
    ['of the restriction', ['restriction', 'restriction'], ['after sorted', 'at-or-after']],
    ['of sorting', ['sort-order'], ['at-or-after']],
    [
      'of sorting and then of restrictions',
      ['sort-order', 'restriction', 'restriction', 'sort-order'],
      ['at-or-after', 'after', 'none sorted', 'none'],
    ],
    [
      'of anything',
      Array.from({ length: 5 }, () => 'unknown' as const),
      ['after sorted', 'at-or-after', 'after', 'none sorted', 'none'],
    ],
  ])('%s gives up step by step', (_name, refusals, expected) => {
    let form: ListingForm | null = fullForm;
    const tried: string[] = [];
    for (const refusal of refusals) {
      form = form && nextForm(form, refusal);
      if (form) tried.push(show(form));
    }
    expect(tried).toEqual(expected);
  });

  it('ends', () => {
    expect(nextForm({ restriction: 'none', sorted: false }, 'unknown')).toBeNull();
  });
});

describe('a refusal of a query', () => {
  const of = (code: string, more: Partial<MailErrorDetails> = {}) =>
    queryRefusal({ origin: 'response', code, backOffMs: null, ...more });

  it.each([
    ['ErrorInvalidRestriction', 'restriction'],
    ['ErrorUnsupportedPathForQuery', 'restriction'],
    ['ErrorUnsupportedQueryFilter', 'restriction'],
    ['ErrorRestrictionTooComplex', 'restriction'],
    ['ErrorUnsupportedPathForSortGroup', 'sort-order'],
    ['ErrorInvalidSortClause', 'sort-order'],
    ['ErrorInvalidValueForProperty', 'unknown'],
    ['ErrorInvalidPropertyRequest', 'unknown'],
    ['ErrorInvalidRequest', 'unknown'],
    ['ErrorSchemaValidation', 'unknown'],
    ['ErrorTraversalNotSupported', 'unknown'],
    ['Client', 'unknown'],
    ['ErrorAccessDenied', null],
    ['ErrorServerBusy', null],
    ['ErrorInvalidSyncStateData', null],
    ['ErrorFolderNotFound', null],
    ['ErrorInternalServerError', null],
    ['ErrorInvalidExchangeImpersonationHeaderData', null],
  ])('%s: %s', (code, expected) => {
    expect(of(code)).toBe(expected);
  });

  it('can be a status without an answer, and is none where the server asks for quiet', () => {
    expect(of('Http400', { origin: 'http' })).toBe('unknown');
    expect(of('Http503', { origin: 'http' })).toBeNull();
    expect(of('ErrorInvalidRequest', { backOffMs: 1_000 })).toBeNull();
  });
});

describe('a page without a restriction', () => {
  const at = (second: number | null) => (second === null ? null : new Date(second * 1_000));
  it.each([
    ['in order and reaching behind', [9, 7, 4], true, true],
    ['in order and not yet there', [9, 7, 6], true, false],
    ['of one instant, sorted by the server', [4, 4], true, true],
    ['of one instant, in an order that nobody promised', [4, 4], false, false],
    ['that shows its order', [9, 4], false, true],
    ['oldest first', [1, 2, 3], false, false],
    ['oldest first although it should be sorted', [1, 2, 3], true, false],
    ['with a date missing', [9, null, 4], true, false],
    ['of nothing', [], true, false],
  ])('%s', (_name, seconds, sorted, expected) => {
    expect(reachesBehind(seconds.map(at), new Date(5_000), sorted)).toBe(expected);
  });
});

describe('findReceivedSince', () => {
  const inbox = { distinguished: 'inbox' } as const;
  const since = new Date('2026-03-01T00:00:00Z');
  const days = ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03'];
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

  /** A server with a message a day at noon that refuses requests with one of these words. */
  const refusing = (words: readonly string[], refusal: string, unsortedOrder: 'newest' | 'oldest' = 'newest') =>
    stub.answer((request, response) => {
      const { body } = request;
      if (words.some((word) => body.includes(word)))
        return refusal === 'fault' || refusal === '400'
          ? xml(refusal === '400' ? '' : fault('Client'), refusal === '400' ? 400 : 500)(request, response)
          : xml(responses('FindItem', failure('FindItem', refusal)))(request, response);
      const bound = /Constant Value="([^"]*)"/.exec(body)?.[1];
      const matching = days
        .map((day) => `${day}T12:00:00Z`)
        .filter((date) => bound === undefined || Date.parse(date) >= Date.parse(bound));
      const order = /Order="(\w+)"/.exec(body)?.[1] ?? (unsortedOrder === 'newest' ? 'Descending' : 'Ascending');
      if (order === 'Descending') matching.reverse();
      const offset = Number(/Offset="(\d+)"/.exec(body)?.[1]);
      const page = matching.slice(offset, offset + 2);
      return xml(
        responses(
          'FindItem',
          message(
            'FindItem',
            `<m:RootFolder IncludesLastItemInRange="${offset + 2 >= matching.length}"><t:Items>${page
              .map(
                (date) =>
                  `<t:Message><t:ItemId Id="${date}"/><t:DateTimeReceived>${date}</t:DateTimeReceived></t:Message>`,
              )
              .join('')}</t:Items></m:RootFolder>`,
          ),
        ),
      )(request, response);
    });
  const all = async () => {
    const found: string[] = [];
    for (let offset = 0, pages = 0; pages < 20; pages += 1) {
      const page = await mailbox.findReceivedSince(inbox, since, { offset, limit: 2 });
      found.push(...page.items.map(({ id }) => id.slice(0, 10)));
      if (page.last) return { found: found.sort(), limitation: page.limitation };
      offset = page.nextOffset;
    }
    throw new Error('it does not end');
  };

  it.each([
    ['IsGreaterThanOrEqualTo', ['IsGreaterThanOrEqualTo'], 'ErrorInvalidRestriction', null],
    ['sorting', ['SortOrder'], 'ErrorUnsupportedPathForSortGroup', 'no-sorting'],
    ['sorting, by the wrong name', ['SortOrder'], 'ErrorInvalidRestriction', 'no-sorting'],
    ['every restriction', ['Restriction'], 'ErrorInvalidRestriction', 'no-restrictions'],
    ['every restriction on a date', ['Restriction'], 'ErrorUnsupportedPathForQuery', 'no-restrictions'],
    ['every restriction and sorting', ['Restriction', 'SortOrder'], 'ErrorInvalidRequest', 'no-restrictions'],
    ['restrictions by a fault', ['Restriction'], 'fault', 'no-restrictions'],
    ['restrictions by a status', ['Restriction'], '400', 'no-restrictions'],
  ])('lists the same where the server refuses %s', async (_name, words, refusal, limitation) => {
    refusing(words, refusal);
    const expected = { found: ['2026-03-01', '2026-03-02', '2026-03-03'], limitation };
    expect(await all()).toEqual(expected);
    // What was refused is not asked again.
    const before = stub.seen.length;
    expect(await all()).toEqual(expected);
    expect(stub.seen.slice(before).filter(({ body }) => words.some((word) => body.includes(word)))).toEqual([]);
  });

  it('reads the whole folder where nothing is supported and the oldest come first', async () => {
    refusing(['Restriction', 'SortOrder'], 'ErrorInvalidRestriction', 'oldest');
    expect((await all()).found).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
  });

  it('ends early where the newest come first', async () => {
    refusing(['Restriction'], 'ErrorInvalidRestriction');
    await all();
    stub.seen.length = 0;
    await all();
    expect(stub.seen).toHaveLength(2);
  });

  it('gives the server’s reason where every form is refused, and asks nothing anew over other errors', async () => {
    refusing(['FindItem'], 'ErrorInvalidRestriction');
    expect((await errorOf(mailbox.findReceivedSince(inbox, since, { offset: 0, limit: 2 }))).code).toBe(
      'ErrorInvalidRestriction',
    );
    expect(stub.seen).toHaveLength(6);
    stub.seen.length = 0;
    refusing(['FindItem'], 'ErrorAccessDenied');
    await errorOf(mailbox.findReceivedSince(inbox, since, { offset: 0, limit: 2 }));
    expect(stub.seen).toHaveLength(1);
  });

  it('counts nothing where restrictions are refused', async () => {
    refusing(['Restriction'], 'ErrorUnsupportedPathForQuery');
    await expect(mailbox.countReceivedBetween(inbox, since, new Date())).resolves.toBeNull();
  });
});

describe('listFolders', () => {
  let stub: EwsStub;
  let server: MailServer;
  beforeEach(async () => {
    stub = await startEwsStub(friendly);
    server = serverFor(stub.url);
  });
  afterEach(async () => {
    await server.close();
    await stub.close();
  });

  const tree: Record<string, string[]> = { msgfolderroot: ['A', 'B'], A: ['A1'], A1: ['A2'], B: [], A2: [] };
  const folder = (id: string) =>
    `<t:Folder><t:FolderId Id="${id}"/><t:DisplayName>Folder ${id}</t:DisplayName><t:ChildFolderCount>${tree[id]?.length ?? 0}</t:ChildFolderCount></t:Folder>`;
  const listing = (rows: readonly string[], last: boolean) =>
    message(
      'FindFolder',
      `<m:RootFolder IncludesLastItemInRange="${last}"><t:Folders>${rows.map(folder).join('')}</t:Folders></m:RootFolder>`,
    );

  it('goes folder by folder where the server refuses the whole tree, and remembers that', async () => {
    stub.answer((request, response) => {
      if (!request.body.includes('<m:FindFolder')) return friendly(request, response);
      if (request.body.includes('Traversal="Deep"'))
        return xml(responses('FindFolder', failure('FindFolder', 'ErrorInvalidRequest')))(request, response);
      const parent = /FolderId Id="(\w+)"/.exec(request.body)?.[1] ?? '';
      return xml(responses('FindFolder', listing(tree[parent] ?? [], true)))(request, response);
    });
    const mailbox = server.openMailbox(IMPERSONATED);
    const nodes = await mailbox.listFolders();
    expect(nodes.map(({ id, parentId }) => [id, parentId])).toEqual([
      ['A', null],
      ['B', null],
      ['A1', 'A'],
      ['A2', 'A1'],
    ]);
    stub.seen.length = 0;
    await mailbox.listFolders();
    expect(stub.seen.map(({ body }) => body.includes('Deep'))).toEqual([false, false, false, false]);
  });

  it('ends over pages that repeat', async () => {
    stub.answer((request, response) =>
      request.body.includes('<m:FindFolder')
        ? xml(responses('FindFolder', listing(['A', 'B'], false)))(request, response)
        : friendly(request, response),
    );
    expect((await errorOf(server.openMailbox(IMPERSONATED).listFolders())).code).toBe('UnexpectedAnswer');
    expect(stub.seen).toHaveLength(3);
  });
});
