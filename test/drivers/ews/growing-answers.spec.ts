import fc from 'fast-check';
import { readPoxAnswer } from '../../../src/drivers/ews/autodiscover/pox-answer.js';
import { CookieJar } from '../../../src/drivers/ews/http/cookie-jar.js';
import { looksLikeHtml, plainText, retryAfterMs } from '../../../src/drivers/ews/http/http-problem.js';
import { offeredSchemes } from '../../../src/drivers/ews/http/offered-authentication.js';
import { AnswerReader } from '../../../src/drivers/ews/soap/answer.js';
import { readFault } from '../../../src/drivers/ews/soap/error-details.js';
import { ProtocolViolation } from '../../../src/drivers/ews/soap/protocol-violation.js';
import { readBoolean, readDate, readInteger } from '../../../src/drivers/ews/soap/values.js';
import { alone, expectLinear, repetition } from '../../support/growth.js';

const limits = { maxBytes: 128 * 1024 * 1024, maxDepth: 64, maxElements: 500_000 };
const chunkBytes = 64 * 1024;

/** As the answer of a call is read: in chunks, until the reader has had enough. */
function read(xml: Buffer): string {
  try {
    const reader = new AnswerReader(limits);
    for (let at = 0; at < xml.length; at += chunkBytes) reader.write(xml.subarray(at, at + chunkBytes));
    const { fault } = reader.end();
    if (fault !== null) readFault(fault);
    return 'read';
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return error.code;
  }
}

const types = 'http://schemas.microsoft.com/exchange/services/2006/types';
const soap = (body: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="${types}"><s:Body>${body}</s:Body></s:Envelope>`;
const mime = (content: string) =>
  soap(`<R><M ResponseClass="Success"><t:MimeContent>${content}</t:MimeContent></M></R>`);

/** Where in an answer something can be long. */
const places: Record<string, (long: string) => string> = {
  'an answer': (long) => long,
  'a text': (long) => soap(`<R><a>${long}</a></R>`),
  'the name of an element': (long) => soap(`<${long}/>`),
  attributes: (long) => soap(`<R ${long}/>`),
  'the value of an attribute': (long) => soap(`<R a="${long}"/>`),
  'a namespace': (long) => soap(`<R xmlns:x="${long}"/>`),
  'a comment': (long) => soap(`<R><!--${long}--></R>`),
  CDATA: (long) => soap(`<R><![CDATA[${long}]]></R>`),
  'an instruction': (long) => soap(`<?x ${long}?>`),
  'a reference': (long) => soap(`<R>&${long};</R>`),
  'a fault': (long) => soap(`<s:Fault><detail>${long}</detail></s:Fault>`),
  base64: mime,
};

describe('answers that grow', () => {
  it.each(Object.entries(places))(
    'take time in proportion to their size, with any one thing repeated in: %s',
    async (_name, place) => {
      await fc.assert(
        fc.asyncProperty(repetition, (long) =>
          expectLinear((length) => Buffer.from(place(long(length))), read, 20_000),
        ),
        { numRuns: alone.length + 10, examples: alone },
      );
    },
  );

  it.each<[string, (length: number) => string]>([
    ['elements', (length) => soap(`<R>${'<a/>'.repeat(length / 4)}</R>`)],
    ['elements of a prefix that nothing declares', (length) => soap(`<R>${'<x:a/>'.repeat(length / 6)}</R>`)],
    ['attributes on many elements', (length) => soap(`<R>${'<a b="" c="" d=""/>'.repeat(length / 19)}</R>`)],
    ['texts between comments', (length) => soap(`<R>${'a<!---->'.repeat(length / 8)}</R>`)],
    ['base64 in pieces', (length) => mime('<![CDATA[AAAA]]>'.repeat(length / 16))],
    ['base64 with references', (length) => mime('AAAA&#10;'.repeat(length / 9))],
    ['words like the name of an element', (length) => soap(`<R>${'Content >'.repeat(length / 9)}</R>`)],
  ])('take time in proportion to their size: %s', async (_name, make) => {
    await expectLinear((length) => Buffer.from(make(length)), read, 200_000);
  });

  it.each<[string, string, string]>([
    [
      'a tag with a million attributes',
      soap(`<R ${Array.from({ length: 1_000_000 }, (_, index) => `a${index}=""`).join(' ')}/>`),
      'AnswerTooLarge',
    ],
    [
      'a million attributes on as many elements as it takes',
      soap(`<R>${`<a ${Array.from({ length: 90 }, (_, index) => `a${index}=""`).join(' ')}/>`.repeat(12_000)}</R>`),
      'AnswerTooLarge',
    ],
    ['a tag of a million characters', soap(`<R a="${'a'.repeat(1_000_000)}"/>`), 'AnswerTooLarge'],
    ['a namespace of a thousand characters', soap(`<R xmlns:x="${'a'.repeat(1_000)}"/>`), 'InvalidXml'],
  ])('are refused before they are read to the end: %s', (_name, xml, code) => {
    expect(read(Buffer.from(xml))).toBe(code);
  });

  it('takes what real servers put into a tag', () => {
    const names = Array.from({ length: 20 }, (_, index) => ` xmlns:n${index}="urn:${index}"`).join('');
    expect(read(Buffer.from(soap(`<R${names} Id="${'a'.repeat(20_000)}" ResponseClass="Success"/>`)))).toBe('read');
  });

  it.each<[string, (text: string) => unknown]>([
    ['whether a body is a web page', looksLikeHtml],
    ['the words of a web page', plainText],
    ['how one may sign in', (text) => offeredSchemes({ 'www-authenticate': [text, text] })],
    ['for how long to wait', (text) => retryAfterMs({ 'retry-after': text }, 0)],
    ['cookies', (text) => new CookieJar().store('a', [text, `a=b; Expires=${text}; Max-Age=${text}`], 0)],
    ['an answer of Autodiscover', (text) => expect(() => readPoxAnswer(Buffer.from(text))).toThrow()],
    ['a date', readDate],
    ['a number', readInteger],
    ['a truth', readBoolean],
  ])('are read in proportion to their length: %s', async (_name, readText) => {
    await fc.assert(
      fc.asyncProperty(repetition, (long) => expectLinear(long, readText, 20_000)),
      { numRuns: alone.length + 20, examples: alone },
    );
  });

  it('knows a web page behind any number of comments', () => {
    expect(looksLikeHtml(`\ufeff <?xml version="1.0"?> ${'<!---->'.repeat(28)}<x>`)).toBe(false);
    expect(looksLikeHtml(`<?xml version="1.0"?>\n<!-- a --> <!-- b\n -->\n<!DOCTYPE html>`)).toBe(true);
    expect(looksLikeHtml(`${'<!---->'.repeat(500)}<html>`)).toBe(true);
    expect(looksLikeHtml('<s:Envelope>')).toBe(false);
  });

  it('leaves scripts and styles out of the words of a page, also those that do not end', () => {
    expect(plainText('<h1>One</h1><script>var a = "<b>";</script><STYLE>b{}</STYLE>two <i>three</i><script>4')).toBe(
      'One two three',
    );
  });
});
