import { ANNA, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { type Answer, call, createMessage, distinguished } from './support/ews-client.js';

const uri = (name: string): string => `<t:FieldURI FieldURI="${name}"/>`;
const RECEIVED = uri('item:DateTimeReceived');
const BY_SUBJECT = `<m:SortOrder><t:FieldOrder Order="Ascending">${uri('item:Subject')}</t:FieldOrder></m:SortOrder>`;
const groupBy = (path: string, on: string, aggregate = 'Maximum', order = 'Ascending'): string =>
  `<m:GroupBy Order="${order}">${path}<t:AggregateOn Aggregate="${aggregate}">${on}</t:AggregateOn></m:GroupBy>`;

describe('items in groups', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
    // Each way to order the groups by the hours of their messages gives another order.
    for (const [hour, importance] of [
      [1, 'low'],
      [2, 'high'],
      [3, 'normal'],
      [4, 'normal'],
      [6, 'low'],
      [9, 'high'],
    ] as const)
      await sandbox.control.deliver(ANNA, {
        subject: `${importance} ${String(hour)}`,
        headers: { Importance: importance },
        receivedAt: `2026-05-01T0${String(hour)}:00:00Z`,
      });
  });
  afterAll(() => sandbox.close());
  const find = (grouping: string, rest = '', folder = 'inbox', view = ''): Promise<Answer> =>
    call(
      sandbox.ewsUrl,
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>${view}${grouping}${rest}<m:ParentFolderIds>${distinguished(folder)}</m:ParentFolderIds></m:FindItem>`,
      { as: ANNA },
    );
  const groupsOf = (answer: Answer): string[][] => {
    expect(answer.codes).toEqual(['NoError']);
    return answer.all('GroupedItems').map((group) => answer.all('Subject', group).map(({ text }) => text));
  };

  const LOW = ['low 1', 'low 6'];
  const NORMAL = ['normal 3', 'normal 4'];
  const HIGH = ['high 2', 'high 9'];
  it.each([
    ['Maximum', 'Ascending', [NORMAL, LOW, HIGH]],
    ['Maximum', 'Descending', [HIGH, LOW, NORMAL]],
    ['Minimum', 'Ascending', [LOW, HIGH, NORMAL]],
    ['Minimum', 'Descending', [NORMAL, HIGH, LOW]],
  ] as const)('stand in the order of the %s, %s', async (aggregate, order, groups) => {
    const grouping = groupBy(uri('item:Importance'), RECEIVED, aggregate, order);
    expect(groupsOf(await find(grouping, BY_SUBJECT))).toEqual(groups);
    // Within a group it is the order of the view that counts.
    const descending = BY_SUBJECT.replace('Ascending', 'Descending');
    expect(groupsOf(await find(grouping, descending))).toEqual(groups.map((group) => group.toReversed()));
  });

  it('are those that a restriction finds', async () => {
    const morning = `<m:Restriction><t:IsLessThan>${RECEIVED}<t:FieldURIOrConstant><t:Constant Value="2026-05-01T03:30:00Z"/></t:FieldURIOrConstant></t:IsLessThan></m:Restriction>`;
    const found = await find(groupBy(uri('item:Importance'), RECEIVED), morning + BY_SUBJECT);
    expect(groupsOf(found)).toEqual([['low 1'], ['high 2'], ['normal 3']]);
  });

  it('come in pages, which may begin and end within a group', async () => {
    const page = (offset: number): Promise<Answer> =>
      find(
        groupBy(uri('item:Importance'), RECEIVED),
        BY_SUBJECT,
        'inbox',
        `<m:IndexedPageItemView MaxEntriesReturned="3" Offset="${String(offset)}" BasePoint="Beginning"/>`,
      );
    const first = await page(0);
    expect(groupsOf(first)).toEqual([NORMAL, ['low 1']]);
    expect(first.first('RootFolder').attribute('TotalItemsInView')).toBe('6');
    expect(first.first('RootFolder').attribute('IncludesLastItemInRange')).toBe('false');
    const second = await page(Number(first.first('RootFolder').attribute('IndexedPagingOffset')));
    expect(groupsOf(second)).toEqual([['low 6'], HIGH]);
    expect(second.first('RootFolder').attribute('IncludesLastItemInRange')).toBe('true');
  });

  it('are in several groups when the property has several values', async () => {
    const save = (subject: string, ...categories: string[]): Promise<Answer> => {
      const list = categories.map((name) => `<t:String>${name}</t:String>`).join('');
      const message = `<t:Subject>${subject}</t:Subject>${list && `<t:Categories>${list}</t:Categories>`}`;
      return call(sandbox.ewsUrl, createMessage(message, 'SaveOnly', distinguished('notes')), { as: ANNA });
    };
    await save('a', 'Red', 'Blue');
    await save('b', 'Blue');
    await save('c');
    const found = await find(groupBy(uri('item:Categories'), uri('item:Subject'), 'Minimum'), BY_SUBJECT, 'notes');
    const names = found.all('GroupIndex').map(({ text }) => text);
    expect(Object.fromEntries(groupsOf(found).map((group, index) => [names[index], group]))).toEqual({
      Red: ['a'],
      Blue: ['a', 'b'],
      '': ['c'],
    });
  });

  it('are those of a conversation, the one with the newest message last', async () => {
    for (const [subject, hour] of [
      ['Offer', '1'],
      ['Other', '2'],
      ['RE: Offer', '3'],
    ] as const)
      await sandbox.control.deliver(ANNA, { folder: 'journal', subject, receivedAt: `2026-05-01T0${hour}:00:00Z` });
    const byTopic =
      '<m:DistinguishedGroupBy Order="Ascending"><t:StandardGroupBy>ConversationTopic</t:StandardGroupBy></m:DistinguishedGroupBy>';
    expect(groupsOf(await find(byTopic, BY_SUBJECT, 'journal'))).toEqual([['Other'], ['Offer', 'RE: Offer']]);
    const newest = byTopic.replace('Ascending', 'Descending');
    expect(groupsOf(await find(newest, BY_SUBJECT, 'journal'))).toEqual([['Offer', 'RE: Offer'], ['Other']]);
  });

  it('are not made by what the store only computes', async () => {
    const computed = uri('item:Preview');
    for (const grouping of [groupBy(computed, RECEIVED), groupBy(uri('item:Subject'), computed)])
      expect((await find(grouping)).codes).toEqual(['ErrorUnsupportedPathForSortGroup']);
  });

  itAnswersBySchema(() => sandbox);
});
