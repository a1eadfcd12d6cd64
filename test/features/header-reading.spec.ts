import fc from 'fast-check';
import iconv from 'iconv-lite';
import { readAddresses } from '../../src/features/mail/incoming/reading/address-list.js';
import { decodeWords, recodeWords } from '../../src/features/mail/incoming/reading/encoded-words.js';
import { HeaderBytes } from '../../src/features/mail/incoming/reading/header-bytes.js';
import { headerParameter } from '../../src/features/mail/incoming/reading/header-parameters.js';
import { holdsBoundary, lostBoundary } from '../../src/features/mail/incoming/reading/lost-boundary.js';
import { betterPeople, betterPerson, betterText } from '../../src/features/mail/incoming/reading/server-reading.js';

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');

describe('encoded words', () => {
  it.each([
    ['plain', 'plain'],
    ['=?utf-8?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?utf-8?q?a_b?= c', 'a b c'],
    ['=?iso-8859-1*de?Q?K=F6ln?=', 'Köln'],
    ['=?utf-8?B?8J+Y?= =?utf-8?B?gA==?= done', '😀 done'],
    ['=?UTF-8?B?8J+Y?=\t=?utf-8?Q?=80?= done', '😀 done'],
    ['=?utf-8?Q?a?= =?koi8-r?B?0NLJ18XU?=', 'aпривет'],
    ['=?utf-8?Q?a?= b =?utf-8?Q?c?=', 'a b c'],
    [`=?iso-2022-kr?B?${base64('\x1b$)C\x0eGQ1[\x0f')}?=`, '한글'],
    [`=?hz-gb-2312?B?${base64('~{;aRi~}')}?=`, '会议'],
    ['=?utf-7?Q?+Jjo-?=', '☺'],
    ['=?cp850?Q?Gr=94=E1e?=', 'Größe'],
    ['=?gb2312?B?xOO6ww==?=', '你好'],
    // A label that is wrong, and one that is none.
    ['=?utf-8?Q?Gr=FC=DFe?=', 'Grüße'],
    ['=?nonsense?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    [`=?iso-8859-1?B?${base64('Grüße')}?=`, 'Grüße'],
    // Padding in the middle: two pieces put into one word.
    ['=?utf-8?B?YQ==Yg==?=', 'ab'],
    ['=?utf-8?Q?broken', '=?utf-8?Q?broken'],
    ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
    ['=?utf-8?Q??=', ''],
  ])('%s', (value, text) => {
    expect(decodeWords(value)).toBe(text);
    expect(decodeWords(recodeWords(value))).toBe(text);
  });

  it('never fail', () => {
    const piece = fc.constantFrom('=?', '?=', 'utf-8', '?B?', '?Q?', '=41', 'a', ' ', '=', '\t', 'iso-2022-jp');
    fc.assert(fc.property(fc.array(piece), (pieces) => expect(typeof decodeWords(pieces.join(''))).toBe('string')));
  });
});

describe('raw bytes in headers', () => {
  const read = (lines: readonly Buffer[]) => {
    const message = new Uint8Array(
      Buffer.concat([...lines.flatMap((line) => [line, Buffer.from('\r\n')]), Buffer.from('\r\nbody')]),
    );
    const header = new HeaderBytes(message);
    let start = 0;
    return lines.map((line) => {
      const text = Buffer.from(header.asUtf8(message.subarray(start, start + line.length))).toString();
      start += line.length + 2;
      return text;
    });
  };
  const ascii = (text: string) => Buffer.from(text, 'latin1');

  it.each([
    ['UTF-8', 'utf8', 'text/plain'],
    ['the charset of the body', 'gb18030', 'text/plain; charset=gb18030'],
    ['the charset of the body under an older name', 'gb18030', 'text/plain; charset="GB2312"'],
  ])('are read by %s', (_what, charset, type) => {
    const lines = [
      iconv.encode('Subject: 季度报表', charset),
      iconv.encode('From: 王 <w@x.example>', charset),
      ascii(`Content-Type: ${type}`),
    ];
    expect(read(lines).slice(0, 2)).toEqual(['Subject: 季度报表', 'From: 王 <w@x.example>']);
  });

  it('are read together where nothing names a charset', () => {
    const texts = ['Subject: Встреча переносится на среду', 'From: Анна <anna@x.example>'];
    expect(read([...texts.map((text) => iconv.encode(text, 'koi8-r')), ascii('X: y')])).toEqual([...texts, 'X: y']);
  });

  it('may be Japanese of 7 bits', () => {
    expect(read([ascii('Subject: \x1b$B2q5D\x1b(B')])).toEqual(['Subject: 会議']);
  });
});

describe('a parameter', () => {
  it.each([
    ['attachment; filename=a.txt', 'a.txt'],
    ['attachment; filename="a; b.txt"', 'a; b.txt'],
    ['attachment; filename="a \\"b\\".txt"', 'a "b".txt'],
    ['attachment; filename=un quoted.txt', 'un quoted.txt'],
    ['attachment; FILENAME = "a.txt" ; size=3', 'a.txt'],
    ["attachment; filename*=utf-8''%E2%82%AC.txt", '€.txt'],
    ["attachment; filename*=utf-8''%E2%82%AC.txt; filename=e.txt", '€.txt'],
    ["attachment; filename=e.txt; filename*0*=utf-8''%E2%82; filename*1*=%AC; filename*2=.txt", '€.txt'],
    ['attachment; filename*1=b.txt; filename*0=a', 'ab.txt'],
    ["attachment; filename*=cp850''Gr%94%E1e.txt", 'Größe.txt'],
    ["attachment; filename*=''%FC.txt", 'ü.txt'],
    [`attachment; filename="=?iso-2022-kr?B?${base64('\x1b$)C\x0eGQ1[\x0f')}?=.txt"`, '한글.txt'],
    ['attachment; filename="=?utf-8?Q?a?= =?utf-8?Q?b.txt?="', 'ab.txt'],
    ['attachment; filename="open.txt', 'open.txt'],
    ['attachment; filename=""', ''],
    ['attachment; filename', null],
    ['attachment', null],
    ['filename=a', null],
    ['', null],
  ])('of %s', (header, value) => {
    expect(headerParameter(header, 'filename')).toBe(value);
  });
});

describe('addresses', () => {
  const jane = { name: 'Doe, Jane', address: 'jane@x.example' };
  it.each([
    ['Doe, Jane <jane@x.example>', [jane]],
    ['"Doe, Jane" <jane@x.example>', [jane]],
    ['Doe, Jane, MD <jane@x.example>', [{ name: 'Doe, Jane, MD', address: 'jane@x.example' }]],
    [
      'Doe, Jane <jane@x.example>, Roe, Rick <rick@x.example>',
      [jane, { name: 'Roe, Rick', address: 'rick@x.example' }],
    ],
    ['Doe, Jane <jane@x.example>; rick@x.example', [jane, { name: null, address: 'rick@x.example' }]],
    ['=?utf-8?Q?M=C3=BCller=2C?= Jane <jane@x.example>', [{ name: 'Müller, Jane', address: 'jane@x.example' }]],
    ['Team: Doe, Jane <jane@x.example>;', [jane]],
    [
      'Jane, rick@x.example',
      [
        { name: 'Jane', address: null },
        { name: null, address: 'rick@x.example' },
      ],
    ],
    ['Jane', [{ name: 'Jane', address: null }]],
    ['mailto:jane@x.example', [{ name: null, address: 'jane@x.example' }]],
    ['<mailto:jane@x.example>', [{ name: null, address: 'jane@x.example' }]],
    ['Jane <MAILTO:jane@x.example>', [{ name: 'Jane', address: 'jane@x.example' }]],
    ['Jane <SMTP:jane@x.example>', [{ name: 'Jane', address: 'jane@x.example' }]],
    [
      'SMTP:jane@x.example, smtp:rick@x.example',
      [
        { name: null, address: 'jane@x.example' },
        { name: null, address: 'rick@x.example' },
      ],
    ],
    ['Jane Doe [SMTP:jane@x.example]', [{ name: 'Jane Doe', address: 'jane@x.example' }]],
    ['Jane Doe [mailto:jane@x.example]', [{ name: 'Jane Doe', address: 'jane@x.example' }]],
    ['"SMTP:jane@x.example" <jane@x.example>', [{ name: null, address: 'jane@x.example' }]],
    ['"mailto: a list" <jane@x.example>', [{ name: 'a list', address: 'jane@x.example' }]],
    [
      '"Doe, Jane" </O=CORP/OU=EX (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=JDOE>',
      [{ name: 'Doe, Jane', address: null, exchangeName: '/O=CORP/OU=EX (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=JDOE' }],
    ],
    [
      'EX:/O=CORP/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=JDOE',
      [
        {
          name: 'JDOE',
          address: null,
          exchangeName: 'EX:/O=CORP/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=JDOE',
        },
      ],
    ],
    [
      'Jane <IMCEAEX-_O=CORP_OU=EX+20ADMIN+20+28FYDIBOHF23SPDLT+29_CN=RECIPIENTS_CN=JDOE@corp.example>',
      [
        {
          name: 'Jane',
          address: 'IMCEAEX-_O=CORP_OU=EX+20ADMIN+20+28FYDIBOHF23SPDLT+29_CN=RECIPIENTS_CN=JDOE@corp.example',
          exchangeName: '/O=CORP/OU=EX ADMIN (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=JDOE',
        },
      ],
    ],
    ['Jane <"/O=C/CN=JANE">', [{ name: 'Jane', address: null, exchangeName: '/O=C/CN=JANE' }]],
    ['Jane <@a.example,@b.example:jane@x.example>', [{ name: 'Jane', address: 'jane@x.example' }]],
    ['=?cp850?Q?J=94rg?= <j@x.example>', [{ name: 'Jörg', address: 'j@x.example' }]],
    ['undisclosed-recipients:;', []],
    ['', []],
  ])('in %s', (header, people) => {
    expect(readAddresses(header)).toEqual(people);
  });

  it('come from nowhere but the header’s own address: an encoded word is a name, whatever it holds', () => {
    const [person] = readAddresses(`=?utf-8?B?${base64('Boss <boss@x.example>')}?= <evil@y.example>`);
    expect(person).toEqual({ name: 'Boss <boss@x.example>', address: 'evil@y.example' });
  });
});

describe('what the server knows better', () => {
  const exchangeName = '/O=C/CN=J';
  it('is an address that the MIME lacks', () => {
    const smtp = { name: 'J. Doe', address: 'j@x.example' };
    expect(betterPerson({ name: 'Jane', address: null }, smtp)).toEqual({ name: 'Jane', address: 'j@x.example' });
    expect(betterPerson({ name: 'Jane', address: null, exchangeName }, smtp)).toEqual({
      name: 'Jane',
      address: 'j@x.example',
    });
    expect(betterPerson({ name: 'Jane', address: 'own@x.example' }, smtp)?.address).toBe('own@x.example');
    expect(betterPerson({ name: 'Jane', address: null }, { name: null, address: null, exchangeName })).toEqual({
      name: 'Jane',
      address: null,
      exchangeName,
    });
    expect(betterPerson(null, smtp)).toBe(smtp);
    expect(betterPerson({ name: 'Jane', address: null }, null)).toEqual({ name: 'Jane', address: null });
  });

  it('is who is meant, by name or by place', () => {
    const [a, b] = [
      { name: 'A', address: 'a@x' },
      { name: 'B', address: 'b@x' },
    ];
    expect(betterPeople([{ name: 'b', address: null }, a], [a, b])).toEqual([{ name: 'b', address: 'b@x' }, a]);
    expect(betterPeople([{ name: 'C', address: null }], [a])).toEqual([{ name: 'C', address: 'a@x' }]);
    expect(betterPeople([{ name: 'C', address: null }], [a, b])).toEqual([{ name: 'C', address: null }]);
    expect(betterPeople([], [a])).toEqual([a]);
  });

  it('is text without damage where ours has some', () => {
    expect(betterText('a\ufffd', 'aé')).toBe('aé');
    expect(betterText('a\ufffd', 'a\ufffd\ufffd')).toBe('a\ufffd');
    // What the wrong encoding makes of curly quotes.
    expect(betterText('\x93a\x94', '“a”')).toBe('“a”');
    expect(betterText('“a”', '\x93a\x94')).toBe('“a”');
    expect(betterText('ours', 'theirs')).toBe('ours');
    expect(betterText(null, 'theirs')).toBe('theirs');
  });
});

describe('a boundary that the header does not name', () => {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll('\n', '\r\n')));
  it.each([
    ['--b\nContent-Type: text/plain\n\nx\n--b--\n', 'b'],
    ['preamble\n--=_x y\n\nx\n--=_x y\n\nz\n', '=_x y'],
    ['-- \nsignature\n', null],
    ['--\n--\n', null],
    ['--once\nA: b\n\nx\n', null],
    ['--no header\nx\n--no header\n', null],
    ['just text\n', null],
    ['', null],
  ])('of %j', (body, boundary) => {
    expect(lostBoundary(bytes(body))).toBe(boundary);
  });

  it('is there or not', () => {
    expect(['b', 'c'].map((boundary) => holdsBoundary(bytes('x\n--b\n'), boundary))).toEqual([true, false]);
    expect(holdsBoundary(bytes('--b\n'), 'b')).toBe(true);
  });
});
