import fc from 'fast-check';
import iconv from 'iconv-lite';
import { charsetOf } from '../../src/features/mail/incoming/reading/charsets.js';
import { joinSurrogates } from '../../src/features/mail/incoming/reading/html-text.js';
import { readText } from '../../src/features/mail/incoming/reading/text-reading.js';
import { readTextPart } from '../../src/features/mail/incoming/reading/text-part.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const encoded = (text: string, charset: string) => new Uint8Array(iconv.encode(text, charset));
const textOf = (bytes: Uint8Array, label: string | null = null, hints: readonly string[] = []) =>
  readText(bytes, label, { hints }).text;

describe('a label', () => {
  it.each([
    ['utf-8', 'utf-8'],
    ['UTF8', 'utf-8'],
    ['"utf-8"', 'utf-8'],
    ['utf-8; format=flowed', 'utf-8'],
    ['charset=utf-8', 'utf-8'],
    ["'utf-8'", 'utf-8'],
    ['utf-8*en', 'utf-8'],
    ['cp65001', 'utf-8'],
    ['iso-8859-1', 'windows-1252'],
    ['ISO_8859-1:1987', 'windows-1252'],
    ['iso8859_15', 'iso-8859-15'],
    ['win-1251', 'windows-1251'],
    ['x-windows-1251', 'windows-1251'],
    ['cp1251', 'windows-1251'],
    ['koi8-r', 'koi8-r'],
    ['cp850', 'cp850'],
    ['IBM-850', 'cp850'],
    ['cp437', 'cp437'],
    ['x-mac-ce', 'maccenteuro'],
    ['gb2312', 'gb18030'],
    ['GB18030', 'gb18030'],
    ['IBM00858', 'cp858'],
    ['utf-32', 'utf-32'],
    ['x-gbk', 'gb18030'],
    ['big5-hkscs', 'big5'],
    ['ks_c_5601-1987', 'euc-kr'],
    ['x-windows-949', 'euc-kr'],
    ['x-sjis', 'shift_jis'],
    ['cp932', 'shift_jis'],
    ['x-euc-jp', 'euc-jp'],
    ['_iso-2022-jp$ESC', 'iso-2022-jp'],
    ['iso-2022-jp-2', 'iso-2022-jp'],
    ['cp50220', 'iso-2022-jp'],
    ['csISO2022KR', 'iso-2022-kr'],
    ['hz-gb-2312', 'hz-gb-2312'],
    ['unicode-1-1-utf-7', 'utf-7'],
    ['utf-16', 'utf-16'],
  ])('%s is %s', (label, name) => {
    expect(charsetOf(label)?.name).toBe(name);
  });

  it.each([
    '',
    'us-ascii',
    'x-unknown',
    'unknown-8bit',
    'nonsense',
    'base64',
    'hex',
    'binary',
    'x-user-defined',
    '8bit',
  ])('%j says nothing', (label) => {
    expect(charsetOf(label)).toBeNull();
  });

  it('of a stranger is remembered within limits, and never fails', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (label) => void charsetOf(label)));
  });
});

describe('text in 7 bits', () => {
  const meeting = '会議は水曜日';
  const japanese = latin1('\x1b$B2q5D$O?eMKF|\x1b(B');
  it.each([
    ['ISO-2022-JP', japanese, 'iso-2022-jp', meeting],
    ['ISO-2022-JP under a converter’s label', japanese, '_iso-2022-jp$ESC', meeting],
    ['ISO-2022-JP without a label', japanese, null, meeting],
    ['ISO-2022-JP under the label of ASCII', japanese, 'us-ascii', meeting],
    ['ISO-2022-JP under the label of Latin', japanese, 'iso-8859-1', meeting],
    ['half-width katakana by escape', latin1('\x1b(I6@6E\x1b(B!'), 'iso-2022-jp', 'ｶﾀｶﾅ!'],
    ['half-width katakana by shift', latin1('\x0e6@6E\x0f!'), 'iso-2022-jp', 'ｶﾀｶﾅ!'],
    ['JIS X 0212', latin1('\x1b$(D0)\x1b(B'), 'iso-2022-jp-1', '丨'],
    ['Chinese within ISO-2022-JP-2', latin1('\x1b$A;aRi\x1b(B'), 'iso-2022-jp-2', '会议'],
    ['Latin within ISO-2022-JP-2', latin1('caf\x1b.A\x1bNi'), 'iso-2022-jp-2', 'café'],
    ['ISO-2022-KR', latin1('\x1b$)C\n\x0eGQ1[\x0f ok'), 'iso-2022-kr', '\n한글 ok'],
    ['ISO-2022-KR without its designation', latin1('\x0eGQ1[\x0f'), 'iso-2022-kr', '한글'],
    ['ISO-2022-KR without a label', latin1('\x1b$)C\x0eGQ1[\x0f'), null, '한글'],
    ['ISO-2022-CN', latin1('\x1b$)A\x0e;aRi\x0f'), 'iso-2022-cn', '会议'],
    ['HZ', latin1('~{;aRi~} at 3~~'), 'hz-gb-2312', '会议 at 3~'],
    ['HZ without a label', latin1('see ~{;aRi~}.'), null, 'see 会议.'],
    ['UTF-7', latin1('Hi Mom -+Jjo--!'), 'utf-7', 'Hi Mom -☺-!'],
    ['what only looks like UTF-7, without its label', latin1('1+1-0'), null, '1+1-0'],
    ['a cut character', latin1('\x1b$B2q5'), 'iso-2022-jp', '会\ufffd'],
    ['tildes', latin1('~{ ~} ~~ ~{}'), null, '~{ ~} ~~ ~{}'],
    ['colours of a terminal', latin1('\x1b[31mred\x1b[0m'), null, '\x1b[31mred\x1b[0m'],
  ])('%s', (_what, bytes, label, text) => {
    expect(textOf(bytes, label)).toBe(text);
  });
});

describe('text in 8 bits', () => {
  const russian = 'Встреча переносится на среду, на два часа дня.';
  it.each([
    ['UTF-8 without a label', encoded('Größe', 'utf8'), null, 'Größe'],
    ['UTF-8 under the label of ASCII', encoded('Größe', 'utf8'), 'us-ascii', 'Größe'],
    ['UTF-8 under the label of Latin', encoded('Größe', 'utf8'), 'iso-8859-1', 'Größe'],
    ['UTF-8 under another label', encoded(russian, 'utf8'), 'koi8-r', russian],
    ['UTF-8 under a label of two bytes', encoded('Größe für 5 €', 'utf8'), 'big5', 'Größe für 5 €'],
    ['UTF-8 of Russian under the label of GB 2312', encoded(russian, 'utf8'), 'gb2312', russian],
    ['UTF-8 of Chinese under the label of GBK', encoded('请查收附件，谢谢。', 'utf8'), 'gbk', '请查收附件，谢谢。'],
    ['GBK that could be UTF-8', hex('cdb3 c4a9'), 'gbk', '统末'],
    ['UTF-8 with a mark', encoded('\ufeffGröße', 'utf8'), 'windows-1252', 'Größe'],
    ['Latin under the label of UTF-8', encoded('Grüße aus Köln', 'latin1'), 'utf-8', 'Grüße aus Köln'],
    ['Russian under the label of UTF-8', encoded(russian, 'windows-1251'), 'utf-8', russian],
    ['UTF-8 with a broken byte', latin1('Gr\xc3\xbc\xc3\x9fe \xff'), 'utf-8', 'Grüße \ufffd'],
    ['UTF-8 with a broken byte, without a label', latin1('Gr\xc3\xbc\xc3\x9fe \xff'), null, 'Grüße \ufffd'],
    ['curly quotes of Windows', hex('93 80 94 96'), 'windows-1252', '“€”–'],
    ['curly quotes of Windows under the label of Latin', hex('93 80 94 96'), 'iso-8859-1', '“€”–'],
    [
      'curly quotes without a label',
      encoded('Merci de m’envoyer vos remarques', 'windows-1252'),
      null,
      'Merci de m’envoyer vos remarques',
    ],
    ['cp850', latin1('Gr\x94\xe1e'), 'cp850', 'Größe'],
    ['Windows under the label of ISO', encoded('„Schade“ – 5 €', 'windows-1250'), 'iso-8859-2', '„Schade“ – 5 €'],
    ['GB 18030 of four bytes', hex('81308130'), 'gb18030', '\u0080'],
    ['GB 18030 under the label of GB 2312', hex('8140'), 'gb2312', '丂'],
    [
      'Japanese in 8 bits under a label of 7',
      encoded('会議は水曜日です。', 'shift_jis'),
      'iso-2022-jp',
      '会議は水曜日です。',
    ],
    ['surrogates one by one', hex('41eda0bdedb880'), 'utf-8', 'A😀'],
    ['UTF-16 with a mark', hex('fffe41003404'), null, 'Aд'],
    ['UTF-16 without a mark', encoded('Hello', 'utf16-le'), null, 'Hello'],
    ['UTF-16BE', hex('00410434'), 'utf-16be', 'Aд'],
    ['what is labelled UTF-16 and is not', latin1('Hello'), 'utf-16', 'Hello'],
    ['nothing', hex(''), null, ''],
  ])('%s', (_what, bytes, label, text) => {
    expect(textOf(bytes, label)).toBe(text);
  });

  it('goes by what the message names elsewhere before it guesses', () => {
    const bytes = encoded('报告', 'gb18030');
    expect(textOf(bytes, null, ['koi8-r', 'gb18030'])).not.toBe('报告');
    expect(textOf(bytes, null, ['gb18030'])).toBe('报告');
    expect(textOf(bytes, 'utf-8', ['gb18030'])).toBe('报告');
    // A hint that the bytes do not bear out counts for nothing.
    expect(textOf(encoded(russian, 'windows-1251'), null, ['shift_jis'])).toBe(russian);
  });

  it('never fails, and leaves ASCII as it is, whatever bytes and labels come together', () => {
    const labels = [
      null,
      'utf-8',
      'iso-2022-jp',
      'iso-2022-kr',
      'hz',
      'utf-7',
      'utf-16',
      'big5',
      'cp850',
      'koi8-r',
      'x',
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...labels), (bytes, label) => {
        expect(readText(bytes, label).damage).toBeGreaterThanOrEqual(0);
      }),
    );
    const plain = fc.string({ unit: 'grapheme-ascii', maxLength: 200 }).filter((text) => !/[~+]/.test(text));
    fc.assert(
      fc.property(plain, fc.constantFrom(...labels), (text, label) => {
        expect(textOf(latin1(text), label)).toBe(text);
      }),
    );
  });

  it('reads back what it was written in, label and all', () => {
    const alphabets = {
      'windows-1251': 'ПриветМир',
      'koi8-r': 'ПриветМир',
      big5: '會議星期三',
      gb18030: '会议星期三',
      'euc-kr': '주문확인',
      shift_jis: '会議水曜日',
    };
    for (const [charset, letters] of Object.entries(alphabets))
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...letters, ' ', 'a'), { minLength: 4, maxLength: 30 }), (signs) => {
          const text = signs.join('');
          expect(textOf(encoded(text, charset), charset)).toBe(text);
        }),
        { numRuns: 50 },
      );
  });
});

describe('text without any charset', () => {
  const mails: readonly (readonly [charset: string, text: string])[] = [
    ['shift_jis', 'お世話になっております。先日ご依頼いただきました見積書を添付いたします。'],
    ['euc-jp', '会議は明日の午後三時からです。資料を忘れずにお持ちください。'],
    ['gb18030', '您好，附件是本季度的销售报告，请您在本周五之前审阅并回复意见。'],
    ['big5', '您好，附件是本季度的銷售報告，請您在本週五之前審閱並回覆意見。'],
    ['euc-kr', '안녕하세요. 지난번에 요청하신 견적서를 첨부하였으니 확인 부탁드립니다.'],
    ['windows-1251', 'Здравствуйте! Во вложении находится отчёт за последний квартал.'],
    ['koi8-r', 'Встреча переносится на среду, на два часа дня.'],
    ['windows-1250', 'Dzień dobry, w załączniku przesyłam raport za ostatni kwartał. Proszę zapoznać się z nim.'],
    ['windows-1252', 'Guten Tag, anbei der Bericht für das letzte Vierteljahr. Mit freundlichen Grüßen, Jörg Müller'],
    ['windows-1252', 'La réunion est reportée à mercredi, à quatorze heures.'],
    ['windows-1253', 'Η συνάντηση μεταφέρεται την Τετάρτη στις δύο το μεσημέρι.'],
    ['windows-1254', 'Toplantı çarşamba günü saat ikiye alındı, lütfen geç kalmayın.'],
    ['windows-1255', 'הפגישה נדחתה ליום רביעי בשעה שתיים.'],
    ['windows-1256', 'تم تأجيل الاجتماع إلى يوم الأربعاء الساعة الثانية.'],
    ['windows-874', 'การประชุมเลื่อนไปเป็นวันพุธ เวลาบ่ายสองโมง'],
  ];
  it.each(mails)('is known for %s', (charset, text) => {
    expect(textOf(encoded(text, charset))).toBe(text);
    const page = `<html><style>${'p { margin: 0; } '.repeat(2_000)}</style><p>${text}</p></html>`;
    expect(textOf(encoded(page, charset))).toBe(page);
  });

  it.each(['Jörg Müller', 'José', 'Größe', 'Señor Muñoz'])('takes %s for Western', (name) => {
    expect(textOf(encoded(name, 'windows-1252'))).toBe(name);
  });
});

describe('a text part', () => {
  const html = (head: string, text: string, charset: string) => encoded(`<html>${head}<p>${text}</p></html>`, charset);
  const part = (bytes: Uint8Array, charset: string | null = null) =>
    readTextPart({ isHtml: true, charset, decoded: bytes, raw: () => bytes }, {}).text;

  it.each([
    '<meta charset="windows-1251">',
    '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
  ])('has the charset of %s', (head) => {
    expect(part(html(head, 'Счёт', 'windows-1251'))).toContain('<p>Счёт</p>');
    expect(part(html(head, 'Счёт', 'windows-1251'), 'utf-8')).toContain('<p>Счёт</p>');
  });

  it('is what its bytes are where the page was converted and its meta element was not', () => {
    expect(part(html('<meta charset="windows-1251">', 'Счёт', 'utf8'))).toContain('<p>Счёт</p>');
    expect(part(html('<meta charset="utf-16">', 'Zoë', 'latin1'))).toContain('<p>Zoë</p>');
  });

  it.each([
    ['&#55357;&#56832;', '😀'],
    ['&#xD83D;&#xde00;!', '😀!'],
    ['&#xD83D;&#56832;', '😀'],
    ['&#xD83D; &#xDE00;', '&#xD83D; &#xDE00;'],
    ['&#56832;&#55357;', '&#56832;&#55357;'],
    ['&#55357;', '&#55357;'],
    ['&#128512;', '&#128512;'],
  ])('has %s as %s', (source, text) => {
    expect(joinSurrogates(source)).toBe(text);
  });
});
