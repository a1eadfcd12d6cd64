import { catalogue, kindsOf } from '../faults/catalogue.js';
import type { Fault, FaultKind, Reach, Reality, Target } from '../faults/fault.js';
import { Dice } from './dice.js';

export type FolderName = 'inbox' | 'Projects';
export const folderNames: readonly FolderName[] = ['inbox', 'Projects'];

/** Times are milliseconds since the scenario began. */
export interface PlannedMessage {
  /** Stands in the subject and in the names of its files. */
  readonly key: string;
  readonly mailbox: string;
  readonly folder: FolderName;
  /** Before the beginning: it is there already. */
  readonly atMs: number;
  readonly attachment: 'none' | 'file' | 'message';
  /** When its owner moves it to the other folder; null: never. */
  readonly movesAtMs: number | null;
}

export interface PlannedSend {
  readonly key: string;
  readonly mailbox: string;
  readonly atMs: number;
  readonly withFile: boolean;
  /** One that a server with the fault send-refused refuses. */
  readonly refused: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly domain: string;
  readonly mailboxes: readonly string[];
  readonly messages: readonly PlannedMessage[];
  readonly sends: readonly PlannedSend[];
  readonly faults: readonly Fault[];
  /** When the last fault is over and the last message is delivered. */
  readonly calmAtMs: number;
}

const minute = 60_000;
const mailLastsMs = 13 * minute;
/** Each reach as often as it stands here. */
const reaches: readonly Reach[] = [
  ...Array<Reach>(5).fill('message'),
  ...Array<Reach>(5).fill('folder'),
  ...Array<Reach>(3).fill('mailbox'),
  ...Array<Reach>(4).fill('sending'),
  ...Array<Reach>(3).fill('server'),
];

/** All that happens to the server of a seed. The same seed plans the same. */
export function planOf(seed: number, reality: Reality): Plan {
  const dice = new Dice(seed);
  const domain = `s${seed}.example`;
  const mailboxes = Array.from({ length: dice.pick([2, 3, 3]) }, (_, index) => index + 1).map(
    (number) => `m${number}@${domain}`,
  );
  const messages = planMessages(dice.fork('messages'), mailboxes);
  const sends = planSends(dice.fork('sends'), mailboxes);
  const faults = planFaults(seed, dice.fork('faults'), mailboxes, messages, sends, reality);
  const calmAtMs = Math.max(mailLastsMs, ...faults.map(({ untilMs }) => untilMs));
  return { seed, domain, mailboxes, messages, sends, faults, calmAtMs };
}

function planMessages(dice: Dice, mailboxes: readonly string[]): PlannedMessage[] {
  return mailboxes.flatMap((mailbox, index) =>
    Array.from({ length: dice.int(4, 7) }, (_, number) => {
      const atMs = number < 2 ? -dice.int(1, 3600) * 1_000 : dice.int(0, mailLastsMs);
      return {
        key: `mail-${index + 1}-${number + 1}`,
        mailbox,
        folder: dice.pick(folderNames),
        atMs,
        attachment: number === 0 ? 'message' : dice.pick(['none', 'none', 'file', 'message'] as const),
        movesAtMs: dice.chance(0.08) ? Math.max(0, atMs) + dice.int(0, 5) * minute : null,
      };
    }),
  );
}

function planSends(dice: Dice, mailboxes: readonly string[]): PlannedSend[] {
  return Array.from({ length: dice.int(2, 5) }, (_, number) => ({
    key: `sent-${number + 1}`,
    mailbox: dice.pick(mailboxes),
    atMs: dice.int(0, 10 * minute),
    withFile: number === 0 || dice.chance(0.3),
    refused: number === 1 || (number > 1 && dice.chance(0.2)),
  }));
}

/** The first one goes through all kinds from seed to seed, in even seeds and in odd ones; the others are drawn. */
function planFaults(
  seed: number,
  dice: Dice,
  mailboxes: readonly string[],
  messages: readonly PlannedMessage[],
  sends: readonly PlannedSend[],
  reality: Reality,
): Fault[] {
  // A server fault hides most of what the others would show.
  let servers = 0;
  return Array.from({ length: dice.int(1, 4) }, (_, number) => {
    const own = dice.fork(`fault ${number}`);
    const kind = number === 0 ? catalogue[Math.floor(seed / 2) % catalogue.length] : drawKind(own, servers > 0);
    if (!kind) throw new Error('there is no kind of fault');
    const { reach } = kind;
    if (reach === 'server') servers += 1;
    const message = own.pick(messages.filter((one) => kind.about?.message?.(one) ?? true));
    const send = own.pick(sends.filter((one) => kind.about?.send?.(one) ?? true));
    const mailbox = { message: message.mailbox, sending: send.mailbox }[reach as string] ?? own.pick(mailboxes);
    const target: Target = { mailbox, folder: own.pick(folderNames), message };
    const [shortest, longest] = kind.minutes ?? [4, 12];
    const fromMs = kind.fromStart ? 0 : startOf(reach, own, message, send);
    return {
      kind: kind.name,
      reach,
      target,
      ...kind.make(own.fork('kind'), target, reality),
      fromMs,
      untilMs: fromMs + own.int(shortest * 60, longest * 60) * 1_000,
      lasting: kind.lasting ?? false,
      harmless: kind.harmless ?? false,
      stopsNothing: kind.stopsNothing ?? !['mailbox', 'server'].includes(reach),
    };
  });
}

function drawKind(dice: Dice, withoutServer: boolean): FaultKind {
  const reach = dice.pick(reaches);
  return dice.pick(kindsOf(reach === 'server' && withoutServer ? 'folder' : reach));
}

/** So that something comes while it lasts. */
function startOf(reach: Reach, dice: Dice, message: PlannedMessage, send: PlannedSend): number {
  if (reach === 'message') return Math.max(0, message.atMs);
  if (reach === 'sending') return Math.max(0, send.atMs - dice.int(0, 120) * 1_000);
  return dice.chance(0.4) ? 0 : dice.int(0, 6 * 60) * 1_000;
}

const at = (ms: number): string => `${(ms / minute).toFixed(1)} min`;

/** As a person reads it who looks into a failing seed. */
export const describeFault = ({ kind, reach, target, detail, fromMs, untilMs, lasting }: Fault): string => {
  const place = {
    message: `${target.message.key} of ${target.mailbox}`,
    folder: `${target.folder} of ${target.mailbox}`,
    mailbox: target.mailbox,
    sending: target.mailbox,
    server: 'all',
  }[reach];
  return `${kind} (${detail}) of ${place}, from ${at(fromMs)} ${lasting ? 'on' : `to ${at(untilMs)}`}`;
};
