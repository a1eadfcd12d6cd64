import fc from 'fast-check';
import type { XmlElement } from '../../../src/drivers/ews/soap/element.js';
import { child, descend } from '../../../src/drivers/ews/soap/element.js';
import { ElementBuilder } from '../../../src/drivers/ews/soap/element-builder.js';
import { TYPES_NS } from '../../../src/drivers/ews/soap/namespaces.js';
import { ProtocolViolation } from '../../../src/drivers/ews/soap/protocol-violation.js';
import { XmlReader, type XmlLimits } from '../../../src/drivers/ews/soap/xml-reader.js';
import { stripForbidden } from '../../../src/drivers/ews/soap/xml-text.js';
import { writeXml } from '../../../src/drivers/ews/soap/xml-writer.js';

const LIMITS: XmlLimits = { maxBytes: 10_000_000, maxDepth: 20, maxElements: 10_000 };

function read(document: string | Buffer, chunkSize = Infinity, limits: Partial<XmlLimits> = {}): XmlElement {
  const bytes = Buffer.from(document);
  const builder = new ElementBuilder();
  const reader = new XmlReader(builder, { ...LIMITS, ...limits });
  for (let at = 0; at < bytes.length; at += chunkSize) reader.write(bytes.subarray(at, at + chunkSize));
  reader.end();
  if (builder.root === null) throw new Error('no root');
  return builder.root;
}

function violation(document: string | Buffer, limits: Partial<XmlLimits> = {}): string {
  const codes = [Infinity, 1, 7].map((size) => {
    try {
      read(document, size, limits);
      return 'none';
    } catch (error) {
      if (error instanceof ProtocolViolation) return error.code;
      throw error;
    }
  });
  expect(new Set(codes).size).toBe(1);
  return codes[0] ?? '';
}

const types = (content: string) => `<t:a xmlns:t="${TYPES_NS}">${content}</t:a>`;

describe('the XML reader', () => {
  it.each([
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['billion laughs', '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'],
    ['an undeclared entity', '<a>&nbsp;</a>'],
    ['a document that is cut inside an element', '<a><b>x</b>'],
    ['a document that is cut inside a tag', '<a><b x="'],
    ['a document that is cut inside a reference', '<a>&am'],
    ['a document cut inside base64', `${types('<t:MimeContent>QUJD')}`.replace('</t:a>', '')],
    ['crossed elements', '<a><b></a></b>'],
    ['two document elements', '<a/><b/>'],
    ['a repeated attribute', '<a b="1" b="2"/>'],
    ['text only', 'Service Unavailable'],
    ['nothing', ''],
    ['a second document behind text', '<a/> and <b/>'],
    ['UTF-16 that is cut', Buffer.from('\ufeff<a>x', 'utf16le')],
  ])('refuses %s', (_name, document) => {
    expect(violation(document)).toBe('InvalidXml');
  });

  it('takes a prefix that nothing declares for what stands behind it', () => {
    expect(read('<x:a><x:b x:id="1">y</x:b></x:a>', 1)).toMatchObject({
      name: 'a',
      namespace: 'other',
      children: [{ name: 'b', text: 'y', attributes: { id: '1' } }],
    });
  });

  it('refuses a document nested too deeply', () => {
    expect(violation('<a>'.repeat(21) + '</a>'.repeat(21))).toBe('InvalidXml');
    expect(violation('<a>'.repeat(20) + '</a>'.repeat(20))).toBe('none');
  });

  it('refuses too many bytes and too many elements', () => {
    expect(violation(`<a>${'x'.repeat(100)}</a>`, { maxBytes: 50 })).toBe('AnswerTooLarge');
    expect(violation(`<a>${'<b/>'.repeat(100)}</a>`, { maxElements: 50 })).toBe('AnswerTooLarge');
  });

  it.each([
    ['&#x0;', '\ufffd'],
    ['&#0;', '\ufffd'],
    ['&#x1A;', '\ufffd'],
    ['&#26;', '\ufffd'],
    ['&#xFFFF;', '\ufffd'],
    ['&#xD800;', '\ufffd'],
    ['&#xFFFFFFFF;', '\ufffd'],
    ['\u0000\u0001\u001a', '\ufffd\ufffd\ufffd'],
    ['\uffff', '\ufffd'],
    ['&#x1F600;', '\u{1f600}'],
    ['&#65;&amp;&lt;&gt;&quot;&apos;', 'A&<>"\''],
    ['&#xD;&#xA;&#x9;', '\r\n\t'],
    ['a\r\nb', 'a\nb'],
    ['<![CDATA[<&#x1A;&amp;>]]>', '<&#x1A;&amp;>'],
    ['\u0085\u2028\u00a0', '\u0085\u2028\u00a0'],
  ])('reads %j as %j, wherever the chunks end', (written, meant) => {
    for (let size = 1; size < 12; size++) {
      const root = read(`<a b="x">${written}</a>`, size);
      expect(root.text).toBe(meant);
    }
  });

  it('reads forbidden characters in attributes', () => {
    for (const size of [1, 2, 3, 100]) {
      expect(read('<a b="&#x1A;\u0001&#xFFFF;"/>', size).attributes).toMatchObject({ b: '\ufffd\ufffd\ufffd' });
    }
  });

  it('reads invalid UTF-8 and encoded lone surrogates as U+FFFD, and skips a BOM', () => {
    const document = Buffer.concat([
      Buffer.from('\ufeff<?xml version="1.0"?><a>x'),
      Buffer.from([0xff, 0x79, 0xed, 0xa0, 0x80, 0x7a, 0xe2, 0x82]),
      Buffer.from('</a>'),
    ]);
    for (const size of [1, 2, 5, 100]) expect(read(document, size).text).toMatch(/^x\ufffdy\ufffd+z\ufffd+$/);
  });

  describe('reads other encodings than UTF-8', () => {
    const wide = (text: string) => Buffer.from(text, 'utf16le');
    const document = '<?xml version="1.0" encoding="utf-16"?><a b="ß">Größe 😀</a>';
    it.each([
      ['UTF-16LE with a mark', wide(`\ufeff${document}`)],
      ['UTF-16LE without one', wide(document)],
      ['UTF-16LE behind white space', wide(`\ufeff\r\n ${document}`)],
      ['UTF-16BE with a mark', wide(`\ufeff${document}`).swap16()],
      ['UTF-16BE without one', wide(document).swap16()],
      ['UTF-8 that declares UTF-16', Buffer.from(document)],
      ['UTF-8 with two marks', Buffer.from(`\ufeff\ufeff${document.replace('utf-16', 'utf-8')}`)],
    ])('%s, wherever the chunks end', (_name, bytes) => {
      for (const size of [1, 2, 3, 7, 64, Infinity])
        expect(read(bytes, size)).toMatchObject({ text: 'Größe 😀', attributes: { b: 'ß' } });
    });

    it.each([
      ['iso-8859-1', 'latin1', 'Größe', 'Größe'],
      ['windows-1251', 'latin1', 'Größe', 'GrцЯe'],
      ['us-ascii', 'utf8', 'Größe', 'Größe'],
      ['no-such-charset', 'utf8', 'Größe', 'Größe'],
    ] as const)('declared as %s', (label, encoding, text, meant) => {
      const bytes = Buffer.from(`<?xml version='1.0' encoding='${label}'?><a>${text}</a>`, encoding);
      for (const size of [1, 5, Infinity]) expect(read(bytes, size).text).toBe(meant);
    });

    it('with the quotes and the euro of Windows', () => {
      const start = Buffer.from('<?xml version="1.0" encoding="windows-1252"?><a>');
      const bytes = Buffer.concat([start, Buffer.from([0x93, 0x80, 0x94]), Buffer.from('</a>')]);
      for (const size of [1, 5, Infinity]) expect(read(bytes, size).text).toBe('“€”');
    });
  });

  it.each([
    ['white space before the declaration', '\r\n\t <?xml version="1.0"?><a>x</a>'],
    ['white space before the document', '\n\n<a>x</a>'],
    ['a mark behind white space', '\n\ufeff<?xml version="1.0"?><a>x</a>'],
    ['text behind it', '<a>x</a>\r\nServed by node-3 & friends; 2 < 3'],
    ['a comment and zeros behind it', '<a>x</a><!-- 0.02 s -->\0\0\0'],
    ['what is left of another one behind it', '<a>x</a></b></a>'],
    ['an open comment behind it', '<a>x</a><!-- never closed'],
  ])('tolerates %s', (_name, document) => {
    for (const size of [1, 2, 3, 9, Infinity]) expect(read(document, size).text).toBe('x');
  });

  it('reads a character of two references, one for each surrogate', () => {
    const document =
      '<a b="&#xD83D;&#xDE00;"><c>&#55357;&#56832;!</c><d>&#xD83D; &#xDE00;</d><e>&#xDE00;&#xD83D;</e><f>&#xD83D;</f></a>';
    for (const size of [1, 2, 3, 9, Infinity]) {
      const root = read(document, size);
      expect(root.attributes).toMatchObject({ b: '😀' });
      expect(root.children.map(({ text }) => text)).toEqual(['😀!', '\ufffd \ufffd', '\ufffd\ufffd', '\ufffd']);
    }
  });

  it('accepts a declaration of XML 1.1 and reads it as 1.0', () => {
    expect(read('<?xml version="1.1"?><a>x</a>').text).toBe('x');
  });

  describe('base64 content', () => {
    const mime = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) & 0xff));
    const base64 = mime.toString('base64');
    const wrapped = base64.replace(/.{76}/g, '$&\r\n');

    it.each([
      ['plain', `<t:MimeContent CharacterSet="UTF-8">${base64}</t:MimeContent>`],
      ['wrapped', `<t:MimeContent>${wrapped}</t:MimeContent>`],
      ['wrapped by references', `<t:MimeContent>${base64.replace(/.{76}/g, '$&&#xD;\n')}</t:MimeContent>`],
      ['in CDATA', `<t:MimeContent><![CDATA[${base64}]]></t:MimeContent>`],
      ['partly in CDATA', `<t:MimeContent>${base64.slice(0, 50)}<![CDATA[${base64.slice(50)}]]></t:MimeContent>`],
      ['with a comment', `<t:MimeContent>${base64.slice(0, 50)}<!-- > -->${base64.slice(50)}</t:MimeContent>`],
      ['with a > in an attribute', `<t:MimeContent x=">" y="Content >">${base64}</t:MimeContent>`],
      ['under another prefix', `<MimeContent xmlns="${TYPES_NS}">${base64}</MimeContent>`],
      ['after look-alikes', `<t:ContentType>Content >x</t:ContentType><t:MimeContent >${base64}</t:MimeContent>`],
    ])('is decoded: %s, wherever the chunks end', (_name, content) => {
      const document = types(`<t:x>${content}</t:x><t:after>Content end</t:after>`);
      for (const size of [1, 2, 3, 5, 13, 64, 100, 1000, Infinity]) {
        const root = read(document, size);
        const found = descend(root, 'x', 'MimeContent');
        expect(found?.bytes?.equals(mime)).toBe(true);
        expect(found?.text).toBe('');
        expect(child(root, 'after')?.text).toBe('Content end');
      }
    });

    it('knows empty from damaged', () => {
      expect(child(read(types('<t:Content/>')), 'Content')).toMatchObject({ bytes: null, damaged: false });
      expect(child(read(types('<t:Content></t:Content>')), 'Content')).toMatchObject({ bytes: null, damaged: false });
      expect(child(read(types('<t:Content>QU!JD</t:Content>')), 'Content')).toMatchObject({
        bytes: null,
        damaged: true,
      });
      expect(child(read(types('<t:Content>QUJDR</t:Content>')), 'Content')).toMatchObject({
        bytes: null,
        damaged: true,
      });
    });

    it('is known without its namespace, but for contents that are no file', () => {
      expect(child(read('<a><MimeContent>QUJD</MimeContent></a>'), 'MimeContent')?.bytes?.toString()).toBe('ABC');
      const file = read('<FileAttachment><Content>QUJD</Content></FileAttachment>');
      expect(child(file, 'Content')?.bytes?.toString()).toBe('ABC');
      expect(child(read('<a><Content>QUJD</Content></a>'), 'Content')).toMatchObject({ text: 'QUJD', bytes: null });
    });
  });

  it('reads back what the writer wrote, in any chunks: forbidden characters excepted', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (attribute, text, bytes, size) => {
          const content = Buffer.from(bytes);
          const document = writeXml({
            't:a': {
              '@xmlns:t': TYPES_NS,
              't:b': { '@c': attribute, '#text': text },
              't:b2': attribute,
              't:MimeContent': content.toString('base64'),
            },
          });
          const root = read(document, size);
          expect(child(root, 'b')?.attributes?.['c']).toBe(stripForbidden(attribute));
          expect(child(root, 'b')?.text).toBe(stripForbidden(text));
          expect(child(root, 'b2')?.text).toBe(stripForbidden(attribute));
          expect(child(root, 'MimeContent')?.bytes ?? Buffer.alloc(0)).toEqual(content);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never writes a forbidden character', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const document = writeXml({
          a: { '@b': String.fromCharCode(...units), '#text': String.fromCharCode(...units) },
        });
        expect(document).not.toMatch(/\p{Cs}/u);
        expect(document).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/);
      }),
    );
  });

  it('reads any chopping of one document alike', () => {
    const document = Buffer.from(
      types(
        `<t:Items><t:Message><t:MimeContent>${Buffer.from('mé'.repeat(99)).toString('base64')}</t:MimeContent>` +
          '<t:Subject>Grüße &#x1A;&amp; 😀</t:Subject></t:Message></t:Items>',
      ),
    );
    const expected = read(document);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 }), (sizes) => {
        const builder = new ElementBuilder();
        const reader = new XmlReader(builder, LIMITS);
        for (let at = 0, turn = 0; at < document.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          reader.write(document.subarray(at, at + size));
          at += size;
        }
        reader.end();
        expect(builder.root).toEqual(expected);
      }),
    );
  });
});
