/**
 * Measures how often the charset of unlabelled text is detected correctly: by Postroom, by the detector that it uses,
 * and by `chardet` if installed (`npm install --no-save chardet`). Each text is tested in each encoding that its
 * language uses; the decoded text counts, not the name of the encoding.
 *   npm run build && node bench/charset-detection.mjs
 */
import iconv from 'iconv-lite';
import { detect } from 'jschardet';
import { charsetOf } from '../dist/src/features/mail/incoming/reading/charsets.js';
import { readText } from '../dist/src/features/mail/incoming/reading/text-reading.js';

const chardet = await import('chardet').catch(() => null);

/** Encodings of a language; then texts of one to three words, a line, and a paragraph. */
const languages = {
  Japanese: [
    ['shift_jis', 'euc-jp'],
    ['見積書', '田中太郎', 'Re: お問い合わせ', 'ご注文の確認'],
    ['会議は明日の午後三時からです。資料を忘れずにお持ちください。'],
    [
      'お世話になっております。先日ご依頼いただきました見積書を添付いたしましたので、ご確認のほどよろしくお願いいたします。',
    ],
  ],
  Chinese: [
    ['gb18030'],
    ['报告', '王伟', '发票.pdf', '季度报告(草稿)'],
    ['会议改到星期三下午两点，请准时参加。'],
    ['您好，附件是本季度的销售报告，请您在本周五之前审阅并回复意见。如果有任何问题，请随时与我联系。'],
  ],
  'Chinese, traditional': [
    ['big5'],
    ['關於訂單的確認'],
    ['會議改到星期三下午兩點，請準時參加。'],
    ['您好，附件是本季度的銷售報告，請您在本週五之前審閱並回覆意見。如果有任何問題，請隨時與我聯繫。'],
  ],
  Korean: [
    ['euc-kr'],
    ['보고서', '김민수', '주문 확인'],
    ['회의는 내일 오후 세 시에 시작합니다. 자료를 꼭 가져오세요.'],
    [
      '안녕하세요. 지난번에 요청하신 견적서를 첨부하였으니 확인 부탁드립니다. 궁금한 점이 있으시면 언제든지 연락해 주시기 바랍니다.',
    ],
  ],
  Russian: [
    ['windows-1251', 'koi8-r', 'cp866', 'iso-8859-5'],
    ['Привет', 'Анна', 'Re: заказ', 'Счёт на оплату'],
    ['Встреча переносится на среду, на два часа дня.'],
    ['Здравствуйте! Во вложении находится отчёт за последний квартал. Пожалуйста, ознакомьтесь с ним до пятницы.'],
  ],
  Polish: [
    ['windows-1250', 'iso-8859-2'],
    ['Łukasz', 'zamówienie', 'Gdańsk', 'Faktura za usługę'],
    ['Spotkanie przełożono na środę o drugiej po południu, proszę się nie spóźnić.'],
    [
      'Dzień dobry, w załączniku przesyłam raport za ostatni kwartał. Proszę zapoznać się z nim do piątku i przesłać uwagi.',
    ],
  ],
  German: [
    ['windows-1252', 'iso-8859-15'],
    ['Jörg Müller', 'Größe', 'für Sie', 'Grüße aus Köln'],
    ['Die Besprechung wird auf Mittwoch um zwei Uhr verschoben, bitte pünktlich.'],
    ['Guten Tag, anbei erhalten Sie den Bericht für das letzte Vierteljahr. Bitte prüfen Sie ihn bis Freitag.'],
  ],
  French: [
    ['windows-1252'],
    ['Hélène', 'Pièce jointe', 'reçu', 'Réunion reportée'],
    ['La réunion est reportée à mercredi, à quatorze heures.'],
    [
      'Bonjour, vous trouverez ci-joint le rapport du dernier trimestre. Merci de le relire avant vendredi et de m’envoyer vos remarques.',
    ],
  ],
  Greek: [
    ['windows-1253', 'iso-8859-7'],
    ['τιμολόγιο', 'Επιβεβαίωση παραγγελίας'],
    ['Η συνάντηση μεταφέρεται την Τετάρτη στις δύο το μεσημέρι.'],
    ['Καλημέρα σας, επισυνάπτω την έκθεση του τελευταίου τριμήνου. Παρακαλώ διαβάστε την έως την Παρασκευή.'],
  ],
  Turkish: [
    ['windows-1254'],
    ['Ayşe', 'Yıldız', 'Sipariş onayı'],
    ['Toplantı çarşamba günü saat ikiye alındı, lütfen geç kalmayın.'],
    ['Merhaba, son çeyreğin raporunu ekte gönderiyorum. Lütfen cuma gününe kadar inceleyip görüşlerinizi bana iletin.'],
  ],
  Hebrew: [
    ['windows-1255'],
    ['אישור הזמנה'],
    ['הפגישה נדחתה ליום רביעי בשעה שתיים.'],
    ['שלום רב, מצורף הדוח של הרבעון האחרון. אנא קראו אותו עד יום שישי.'],
  ],
  Arabic: [
    ['windows-1256'],
    ['تأكيد الطلب'],
    ['تم تأجيل الاجتماع إلى يوم الأربعاء الساعة الثانية.'],
    ['السلام عليكم، تجدون في المرفقات تقرير الربع الأخير.'],
  ],
  Thai: [
    ['windows-874'],
    ['ยืนยันคำสั่งซื้อ'],
    ['การประชุมเลื่อนไปเป็นวันพุธ เวลาบ่ายสองโมง'],
    ['สวัสดีค่ะ ดิฉันได้แนบรายงานไตรมาสที่ผ่านมา กรุณาตรวจสอบภายในวันศุกร์'],
  ],
};

const byLabel = (bytes, label) => charsetOf(label)?.decode(bytes) ?? null;
const readers = {
  Postroom: (bytes) => readText(bytes, null).text,
  jschardet: (bytes) => byLabel(bytes, detect(bytes).encoding),
  ...(chardet && { chardet: (bytes) => byLabel(bytes, chardet.detect(bytes)) }),
};

const rows = Object.entries(readers).map(([reader, read]) => {
  const right = { words: 0, lines: 0, paragraphs: 0 };
  const all = { words: 0, lines: 0, paragraphs: 0 };
  const start = performance.now();
  for (const [encodings, ...texts] of Object.values(languages))
    for (const encoding of encodings)
      for (const [index, length] of ['words', 'lines', 'paragraphs'].entries())
        for (const text of texts[index]) {
          const bytes = new Uint8Array(iconv.encode(text, encoding));
          all[length] += 1;
          if (read(bytes) === iconv.decode(Buffer.from(bytes), encoding)) right[length] += 1;
        }
  const ms = Math.round(performance.now() - start);
  return {
    reader,
    ...Object.fromEntries(Object.keys(all).map((length) => [length, `${right[length]}/${all[length]}`])),
    ms,
  };
});
console.table(rows);
