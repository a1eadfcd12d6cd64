import fc from 'fast-check';
import { csvText } from '../../src/console/pages/mailboxes/csv-text.js';
import { readImport, sampleRows, type ImportRow } from '../../src/console/pages/mailboxes/import-rows.js';
import { decodedText } from '../../src/console/pages/mailboxes/import-text.js';

const brief = ({ emailAddress, displayName }: ImportRow) =>
  displayName === null ? emailAddress : `${displayName} <${emailAddress}>`;
const read = (text: string) => readImport(text).rows.map(brief);

describe('what an import reads', () => {
  it.each<[what: string, text: string, rows: string[]]>([
    ['addresses one a line', 'ada@example.com\nben@example.com\n', ['ada@example.com', 'ben@example.com']],
    ['Windows’ line ends', 'ada@example.com\r\nben@example.com\r\n', ['ada@example.com', 'ben@example.com']],
    ['one address', 'ada@example.com', ['ada@example.com']],
    ['addresses in one line', 'ada@example.com, ben@example.com', ['ada@example.com', 'ben@example.com']],
    [
      'what a mail program copies',
      'Ada Example <ada@example.com>; "Ben Example" <ben@example.com>',
      ['Ada Example <ada@example.com>', 'Ben Example <ben@example.com>'],
    ],
    ['links', 'mailto:ada@example.com', ['ada@example.com']],
    [
      'empty lines and blanks',
      '\n\n  ada@example.com  \n\n\t\n ben@example.com\n',
      ['ada@example.com', 'ben@example.com'],
    ],
    ['a byte order mark', '\uFEFFemail\nada@example.com', ['ada@example.com']],
    ['commas', 'email,name\nada@example.com,Ada', ['Ada <ada@example.com>']],
    ['semicolons', 'email;name\nada@example.com;Example, Ada', ['Example, Ada <ada@example.com>']],
    ['tabs, as a spreadsheet copies', 'Email\tName\nada@example.com\tAda', ['Ada <ada@example.com>']],
    ['Excel’s own first line', 'sep=;\r\nemail;name\r\nada@example.com;Ada', ['Ada <ada@example.com>']],
    ['quotes', 'email,name\nada@example.com,"Example, ""Ada"""', ['Example, "Ada" <ada@example.com>']],
    ['a line break in quotes', 'email,name\nada@example.com,"Ada\nExample"', ['Ada\nExample <ada@example.com>']],
    ['columns in another order', 'Display Name;E-Mail\nAda;ada@example.com', ['Ada <ada@example.com>']],
    ['the heads of Exchange', 'DisplayName,PrimarySmtpAddress\nAda,ada@example.com', ['Ada <ada@example.com>']],
    [
      'a column of addresses without a head that says so',
      'name,contact\nAda,ada@example.com',
      ['Ada <ada@example.com>'],
    ],
    [
      'no heads, name first',
      'Ada,ada@example.com\nBen,ben@example.com',
      ['Ada <ada@example.com>', 'Ben <ben@example.com>'],
    ],
    ['what is no address', 'email\nada', ['ada']],
    ['a row without address', 'email,name\n,Ada', ['Ada <>']],
    ['a text guarded against spreadsheets', "email,name\nada@example.com,'=1+1", ['=1+1 <ada@example.com>']],
  ])('%s', (_, text, rows) => {
    expect(read(text)).toEqual(rows);
    expect(readImport(text).fault).toBeNull();
  });

  it.each<[what: string, text: string, fault: RegExp]>([
    ['nothing', '  \n\n', /nothing in it/],
    ['heads only', 'email,name\n', /nothing below the heads/],
    ['no column of addresses', 'name,profile\nAda,Head office', /No column holds addresses/],
    [
      'a quotation mark that is never closed',
      'email,name\na@example.com,A\nb@example.com,"B\nc@example.com,C',
      /row 3/,
    ],
  ])('says why it cannot read %s', (_, text, fault) => {
    const { rows, fault: said } = readImport(text);
    expect(said).toMatch(fault);
    expect(rows).toEqual([]);
  });

  it('reads every column, and says which it leaves out', () => {
    const text =
      'E-mail address;Full name;Server profile;Connecting SID;Receives;Sends;Mail filter;Room\n' +
      'ada@example.com;Ada;Head office;S-1-5-21;Yes;off;Replies;12\n' +
      'ben@example.com;;;;;;;';
    const { rows, ignored } = readImport(text);
    expect(ignored).toEqual(['Room']);
    expect(rows).toEqual([
      {
        number: 2,
        emailAddress: 'ada@example.com',
        displayName: 'Ada',
        profile: 'Head office',
        connectingSid: 'S-1-5-21',
        incoming: true,
        outgoing: false,
        filter: 'replies',
        faults: [],
      },
      {
        number: 3,
        emailAddress: 'ben@example.com',
        displayName: null,
        profile: null,
        connectingSid: null,
        incoming: null,
        outgoing: null,
        filter: null,
        faults: [],
      },
    ]);
  });

  it('tells what of a row it does not understand, at its field', () => {
    const [row] = readImport('email,incoming,outgoing,filter\nada@example.com,perhaps,no,some').rows;
    expect(row?.faults).toEqual([
      { field: 'incoming', message: 'must be yes or no, not “perhaps”' },
      { field: 'filter', message: 'must be all, replies, known or none, not “some”' },
    ]);
  });

  it('numbers rows as a spreadsheet does', () => {
    expect(readImport('sep=,\nemail\n\nada@example.com\n\nben@example.com').rows.map(({ number }) => number)).toEqual([
      4, 6,
    ]);
  });

  it('reads 10,000 rows in a moment', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => `user${index}@example.com;User ${index};;;yes;no;all`);
    const text = `email;name;profile;sid;incoming;outgoing;filter\n${rows.join('\n')}`;
    const began = performance.now();
    const read = readImport(text);
    // A second is fifty times what it takes: only a reading that grows with the square of the rows would fail.
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(read.rows).toHaveLength(10_000);
    expect(read.rows.at(-1)).toMatchObject({ emailAddress: 'user9999@example.com', number: 10_001, outgoing: false });
  });

  it('reads its own sample', () => {
    const { rows, ignored, fault } = readImport(csvText(sampleRows));
    expect({ ignored, fault }).toEqual({ ignored: [], fault: null });
    expect(rows).toHaveLength(sampleRows.length - 1);
    expect(rows.flatMap(({ faults }) => faults)).toEqual([]);
  });

  it('reads back what it writes, whatever the cells', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '"', '\n', '=', '-', '\t', 'é', '7') });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 20 }), (names) => {
        const text = csvText([['email', 'name'], ...names.map((name, index) => [`u${index}@example.com`, name])]);
        const { rows, fault } = readImport(text);
        expect(fault).toBeNull();
        expect(rows.map(({ emailAddress }) => emailAddress)).toEqual(names.map((_, index) => `u${index}@example.com`));
        expect(rows.map(({ displayName }) => displayName ?? '')).toEqual(names.map((name) => name.trim()));
      }),
    );
  });
});

describe('the text of a file', () => {
  const text = 'email;name\r\nada@example.com;Adélaïde';
  it.each<[what: string, bytes: Uint8Array]>([
    ['UTF-8', Buffer.from(text, 'utf8')],
    ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`, 'utf8')],
    ['UTF-16 as Excel writes it', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['the old Western one', Buffer.from(text, 'latin1')],
  ])('is read from %s', (_, bytes) => {
    expect(decodedText(bytes)).toBe(text);
  });
});
