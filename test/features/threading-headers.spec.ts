import fc from 'fast-check';
import { writableMessageId } from '../../src/features/mail/outgoing/message-id.js';
import { prefixedSubject } from '../../src/features/mail/outgoing/subject-prefix.js';
import { maxReferences, threadingOf, threadingOfIds } from '../../src/features/mail/outgoing/threading.js';

describe('the threading headers of an answer', () => {
  it.each([
    ['the first answer', { internetMessageId: '<a@x>', inReplyTo: null, references: [] }, '<a@x>', ['<a@x>']],
    [
      'a later one',
      { internetMessageId: '<c@x>', inReplyTo: '<b@x>', references: ['<a@x>', '<b@x>'] },
      '<c@x>',
      ['<a@x>', '<b@x>', '<c@x>'],
    ],
    [
      'an original without References',
      { internetMessageId: '<b@x>', inReplyTo: '<a@x>', references: [] },
      '<b@x>',
      ['<a@x>', '<b@x>'],
    ],
    [
      'In-Reply-To with words around the id',
      { internetMessageId: '<b@x>', inReplyTo: 'Your message of "1 Jan" <a@x>', references: [] },
      '<b@x>',
      ['<a@x>', '<b@x>'],
    ],
    [
      'In-Reply-To that names two',
      { internetMessageId: '<c@x>', inReplyTo: '<a@x> <b@x>', references: [] },
      '<c@x>',
      ['<c@x>'],
    ],
    [
      'an id without brackets',
      { internetMessageId: 'a@x', inReplyTo: null, references: ['b@x'] },
      '<a@x>',
      ['<b@x>', '<a@x>'],
    ],
    [
      'an original that refers to itself',
      { internetMessageId: '<b@x>', inReplyTo: null, references: ['<b@x>', '<a@x>'] },
      '<b@x>',
      ['<a@x>', '<b@x>'],
    ],
    [
      'a reference that no header can carry',
      { internetMessageId: '<b@x>', inReplyTo: null, references: ['<a b@x>', '<ä@x>', '<c@x>\r\nBcc: eve@x'] },
      '<b@x>',
      ['<b@x>'],
    ],
    ['an original without an id', { internetMessageId: null, inReplyTo: '<a@x>', references: ['<a@x>'] }, null, []],
    [
      'an original with a broken id',
      { internetMessageId: 'a <b> c', inReplyTo: null, references: ['<a@x>'] },
      null,
      [],
    ],
  ])('%s', (_, original, inReplyTo, references) => {
    expect(threadingOf(original)).toEqual({ inReplyTo, references });
  });

  it('puts the parent last among the ids of a caller, once', () => {
    expect(threadingOfIds('<b@x>', ['<b@x>', '<a@x>'])).toEqual({ inReplyTo: '<b@x>', references: ['<a@x>', '<b@x>'] });
    expect(threadingOfIds('<b@x>', [])).toEqual({ inReplyTo: '<b@x>', references: ['<b@x>'] });
    expect(threadingOfIds(null, ['<a@x>'])).toEqual({ inReplyTo: null, references: ['<a@x>'] });
    expect(threadingOfIds(null, [])).toEqual({ inReplyTo: null, references: [] });
  });

  const id = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.integer({ min: 0, max: 200 }).map((number) => `<${number}@x>`),
    fc.integer({ min: 1, max: 240 }).map((length) => `<${'y'.repeat(length)}@x>`),
  );
  it('is bounded, without repetitions, keeps root and parent, and can be written whatever came in', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), (references) => {
        const threading = threadingOf({ internetMessageId: '<parent@x>', inReplyTo: null, references });
        const written = threading.references.join(' ');
        expect(threading.inReplyTo).toBe('<parent@x>');
        expect(threading.references.length).toBeLessThanOrEqual(maxReferences);
        expect(written.length).toBeLessThanOrEqual(4_300);
        expect(new Set(threading.references).size).toBe(threading.references.length);
        expect(threading.references.at(-1)).toBe('<parent@x>');
        expect(written).toMatch(/^[\x21-\x7e ]+$/);
        const writable = references.map(writableMessageId).filter((one) => one !== null && one !== '<parent@x>');
        const last = [...new Set(writable.reverse())].reverse();
        if (last.length > 0) expect(threading.references[0]).toBe(last[0]);
        // A chain that was cut loses ids in its middle only.
        expect(last.slice(last.length - threading.references.length + 2)).toEqual(threading.references.slice(1, -1));
      }),
    );
  });
});

describe('the subject of an answer', () => {
  it.each([
    ['Hello', 'Re: Hello', 'Fw: Hello'],
    ['Re: Hello', 'Re: Hello', 'Fw: Hello'],
    ['RE: re: Fwd: Hello', 'Re: Hello', 'Fw: Hello'],
    ['AW: WG: Angebot', 'Re: Angebot', 'Fw: Angebot'],
    ['Re[2]: Hello', 'Re: Hello', 'Fw: Hello'],
    ['SV: VS: Antw: Hello', 'Re: Hello', 'Fw: Hello'],
    ['回复：報告', 'Re: 報告', 'Fw: 報告'],
    ['Re: 返信: 見積書', 'Re: 見積書', 'Fw: 見積書'],
    ['転送: Fwd: Пересл: Hello', 'Re: Hello', 'Fw: Hello'],
    ['RES: Enc: Olá', 'Re: Olá', 'Fw: Olá'],
    ['Result: 42', 'Re: Result: 42', 'Fw: Result: 42'],
    ['Ref: 4711', 'Re: Ref: 4711', 'Fw: Ref: 4711'],
    ['[EXT] Re: Hello', 'Re: [EXT] Re: Hello', 'Fw: [EXT] Re: Hello'],
    ['Hello\r\n Bcc: eve@example.com', 'Re: Hello  Bcc: eve@example.com', 'Fw: Hello  Bcc: eve@example.com'],
    ['', 'Re:', 'Fw:'],
    [null, 'Re:', 'Fw:'],
  ])('%j', (original, reply, forward) => {
    expect(prefixedSubject('Re', original)).toBe(reply);
    expect(prefixedSubject('Fw', original)).toBe(forward);
  });

  it('never doubles, never breaks a line or a character, never outgrows a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 1_200 }), fc.constantFrom('Re', 'Fw'), (original, kind) => {
        const once = prefixedSubject(kind, original);
        expect(prefixedSubject(kind, once)).toBe(once);
        expect(once).not.toMatch(/[\r\n\0]/);
        expect(once.isWellFormed()).toBe(true);
        expect(once.length).toBeLessThanOrEqual(998);
      }),
    );
  });
});
