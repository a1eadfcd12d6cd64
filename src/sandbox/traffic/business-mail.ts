import { randomUUID } from 'node:crypto';
import type { Deliverable } from '../control/requests.js';

interface Correspondent {
  readonly name: string;
  readonly address: string;
}

const CORRESPONDENTS: readonly Correspondent[] = [
  { name: 'Marta Nowak', address: 'marta.nowak@nordhafen.example' },
  { name: 'Søren Østergaard', address: 'soren@ostergaard-timber.example' },
  { name: 'Beatriz Peña', address: 'b.pena@almacenes-sol.example' },
  { name: '田中 陽子', address: 'tanaka@sakura-parts.example' },
  { name: 'Jörg Weißmüller', address: 'joerg.weissmueller@praezision.example' },
  { name: 'Amélie Dubois', address: 'amelie.dubois@lumiere-sarl.example' },
  { name: 'Olu Adeyemi', address: 'olu@lagosfreight.example' },
  { name: 'Priya Raman', address: 'priya.raman@ramanconsulting.example' },
];

const TOPICS: readonly {
  subject: string;
  lines: readonly string[];
  attachment?: { name: string; contentType: string; content: string };
}[] = [
  {
    subject: 'Quotation request: 240 m oak flooring',
    lines: [
      'could you quote 240 m² of oak flooring, brushed, delivered in week 14?',
      'A price per m² including freight would be enough for now.',
    ],
  },
  {
    subject: 'Rechnung 2024-1187 – Rückfrage zur Lieferadresse',
    lines: [
      'auf der Rechnung steht noch unsere alte Lieferadresse.',
      'Können Sie uns eine korrigierte Fassung schicken? Größe und Menge stimmen.',
    ],
    attachment: {
      name: 'Rechnung 2024-1187 – Kopie.txt',
      contentType: 'text/plain',
      content: 'Rechnung 2024-1187\r\nBetrag: 1.842,50 €\r\n',
    },
  },
  {
    subject: 'Delivery note and damaged pallet',
    lines: [
      'two of the nine pallets arrived damaged this morning.',
      'Photos follow; please let us know how you want to handle the claim.',
    ],
    attachment: {
      name: 'delivery-note.csv',
      contentType: 'text/csv',
      content: 'pallet,state\r\n1,ok\r\n2,damaged\r\n3,damaged\r\n',
    },
  },
  {
    subject: '見積書の件について',
    lines: ['お世話になっております。', '先日の見積書について、納期を一週間早めることは可能でしょうか。'],
  },
  {
    subject: 'Contract renewal – a few changes',
    lines: [
      'attached is the redline we discussed on the phone.',
      'Clauses 4 and 7 are the ones our legal team would like to see changed.',
    ],
    attachment: {
      name: 'renewal-redline.txt',
      contentType: 'text/plain',
      content: 'Clause 4: thirty (30) days\r\nClause 7: mutual\r\n',
    },
  },
  {
    subject: 'Réunion de jeudi : ordre du jour',
    lines: [
      "voici l'ordre du jour proposé pour jeudi à 10 h.",
      "N'hésitez pas à ajouter un point si nécessaire. À bientôt !",
    ],
  },
  {
    subject: 'Question about your price list',
    lines: ['does the spring price list still apply to orders placed in May?', 'We would order 12 units at once.'],
  },
];

interface Thread {
  readonly correspondent: Correspondent;
  readonly subject: string;
  readonly ids: readonly string[];
}

const RECENT_THREADS = 40;

/** Makes up mail between a company and its correspondents; about one in three is an answer in a thread. */
export class BusinessMail {
  private threads: Thread[] = [];

  /** @param turn where in the list of topics to begin, so that no two mailboxes get the same. */
  constructor(private turn = 0) {}

  /** The next message to that person. */
  next(to: Correspondent): Deliverable {
    const turn = this.turn++;
    const answered = turn % 3 === 2 ? this.threads[turn % Math.max(this.threads.length, 1)] : undefined;
    const correspondent = answered?.correspondent ?? pick(CORRESPONDENTS, turn * 5 + 1);
    const topic = pick(TOPICS, turn);
    const subject = answered ? answered.subject.replace(/^(Re: )?/, 'Re: ') : topic.subject;
    const lines = answered
      ? ['thank you, that works for us.', 'I will come back to you as soon as I hear from the warehouse.']
      : topic.lines;
    const messageId = `<${randomUUID()}@${correspondent.address.split('@')[1] ?? 'partner.example'}>`;
    const references = answered?.ids ?? [];
    this.threads = [...this.threads, { correspondent, subject, ids: [...references, messageId] }].slice(
      -RECENT_THREADS,
    );
    const greeting = `Dear ${to.name.split(' ')[0] ?? to.name},`;
    const text = [greeting, '', ...lines, '', 'Kind regards', correspondent.name].join('\r\n');
    return {
      from: correspondent,
      to,
      subject,
      text,
      html: `<html><body><p>${greeting}</p><p>${lines.join('<br>')}</p><p>Kind regards<br><b>${correspondent.name}</b></p></body></html>`,
      messageId,
      ...(references.length > 0 ? { inReplyTo: references.at(-1), references: references.join(' ') } : {}),
      ...(topic.attachment && !answered ? { attachments: [topic.attachment] } : {}),
    };
  }
}

function pick<T>(list: readonly T[], index: number): T {
  const chosen = list[index % list.length];
  if (chosen === undefined) throw new Error('Nothing to pick from');
  return chosen;
}
