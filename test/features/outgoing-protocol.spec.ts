import fc from 'fast-check';
import type { MailErrorOrigin, MailServerError } from '../../src/drivers/port/mail-error.js';
import type { ItemRef, OutgoingDraft, SavedDraft } from '../../src/drivers/port/mail-item.js';
import type { MarkedItem } from '../../src/drivers/port/mail-server.js';
import { classify } from '../../src/features/failures/classify.js';
import { nextStep } from '../../src/features/mail/outgoing/next-step.js';
import { maxDoubtful, untouched, type OutgoingPosition } from '../../src/features/mail/outgoing/outgoing-state.js';
import { sendMessage, type SendPorts } from '../../src/features/mail/outgoing/send-protocol.js';
import { nothingKnown, type SendingTraits } from '../../src/features/mail/outgoing/sending-traits.js';
import { countAttempt, maxAttempts, verdictOn } from '../../src/features/mail/outgoing/send-trouble.js';
import { mailError } from '../support/mail-errors.js';

const marker = 'message-1';

function serverError(code: string, effectPossible: boolean, origin: MailErrorOrigin = 'response'): MailServerError {
  return mailError(code, { origin, operation: 'Any', text: code, effectPossible });
}

const at = (step: OutgoingPosition['step'], more: Partial<OutgoingPosition> = {}): OutgoingPosition => ({
  step,
  itemId: step === 'new' || step === 'saving' ? null : 'A',
  changeKey: step === 'new' || step === 'saving' ? null : 'a1',
  unseenLooks: 0,
  doubtful: step === 'submitting' ? 1 : 0,
  ...more,
});
/** An Exchange server that mail was sent over. */
const exchange: SendingTraits = { movesDrafts: true, keepsMarker: true };
const leavesDrafts: SendingTraits = { movesDrafts: false, keepsMarker: true };
const dropsMarkers: SendingTraits = { movesDrafts: true, keepsMarker: false };
const seen = (folder: MarkedItem['folder'], id = 'A', changeKey = 'a2'): MarkedItem => ({ folder, id, changeKey });

describe('what comes next', () => {
  type Row = [string, OutgoingPosition, MarkedItem[] | null, ReturnType<typeof nextStep>, SendingTraits?];
  const rows: Row[] = [
    ['nothing was done', at('new'), null, { do: 'save' }],
    ['a save with an unknown outcome', at('saving'), null, { do: 'look' }],
    ['it saved nothing', at('saving'), [], { do: 'save' }],
    ['it saved a draft', at('saving'), [seen('drafts')], { do: 'submit', draft: seen('drafts') }],
    ['a person sent that draft', at('saving'), [seen('sentitems', 'B')], { do: 'conclude' }],
    ['a look cannot tell whether it saved', at('saving'), [], { do: 'wait', ms: 30_000 }, dropsMarkers],
    ['nor can it on a new server', at('saving', { unseenLooks: 1 }), [], { do: 'wait', ms: 120_000 }, nothingKnown],
    ['and never will', at('saving', { unseenLooks: 2 }), [], { do: 'save' }, dropsMarkers],
    ['a saved draft', at('saved'), null, { do: 'submit', draft: { id: 'A', changeKey: 'a1' } }],
    ['a submission with an unknown outcome', at('submitting'), null, { do: 'look' }],
    ['it went out', at('submitting'), [seen('sentitems', 'B')], { do: 'conclude' }],
    [
      'it went out, and the draft is still there',
      at('submitting'),
      [seen('sentitems', 'B'), seen('drafts')],
      { do: 'conclude' },
      leavesDrafts,
    ],
    ['it is going out', at('submitting'), [seen('outbox', 'B'), seen('drafts', 'C')], { do: 'conclude' }],
    [
      'its draft lies there, and the call may be under way',
      at('submitting'),
      [seen('drafts')],
      { do: 'wait', ms: 30_000 },
    ],
    [
      'it still lies there',
      at('submitting', { unseenLooks: 1 }),
      [seen('drafts')],
      { do: 'submit', draft: seen('drafts') },
    ],
    [
      'it still lies there after a second submission in doubt',
      at('submitting', { unseenLooks: 1, doubtful: 2 }),
      [seen('drafts')],
      { do: 'wait', ms: 120_000 },
    ],
    [
      'it lies there for good after a second one',
      at('submitting', { unseenLooks: 2, doubtful: 2 }),
      [seen('drafts')],
      { do: 'give-up' },
    ],
    [
      'it lies there, which means nothing on this server',
      at('submitting', { unseenLooks: 1 }),
      [seen('drafts')],
      { do: 'wait', ms: 120_000 },
      leavesDrafts,
    ],
    [
      'it lies there for good, which means nothing',
      at('submitting', { unseenLooks: 2 }),
      [seen('drafts')],
      { do: 'give-up' },
      leavesDrafts,
    ],
    [
      'it lies there, and other mail may teach what that means',
      at('submitting', { unseenLooks: 2 }),
      [seen('drafts')],
      { do: 'wait', ms: 600_000 },
      nothingKnown,
    ],
    [
      'no other mail taught it',
      at('submitting', { unseenLooks: 3 }),
      [seen('drafts')],
      { do: 'give-up' },
      nothingKnown,
    ],
    [
      'other mail has taught it',
      at('submitting', { unseenLooks: 3 }),
      [seen('drafts')],
      { do: 'submit', draft: seen('drafts') },
    ],
    ['it is nowhere', at('submitting'), [], { do: 'wait', ms: 30_000 }],
    ['only a twin of it lies there', at('submitting'), [seen('drafts', 'C')], { do: 'wait', ms: 30_000 }],
    ['still nowhere', at('submitting', { unseenLooks: 1 }), [], { do: 'wait', ms: 120_000 }],
    ['never to be seen', at('submitting', { unseenLooks: 2 }), [], { do: 'give-up' }],
    ['never to be seen but for a twin', at('submitting', { unseenLooks: 2 }), [seen('drafts', 'C')], { do: 'give-up' }],
    [
      'a certain refusal, and the draft lies there',
      at('submitting', { doubtful: 0 }),
      [seen('drafts')],
      { do: 'submit', draft: seen('drafts') },
    ],
    ['a certain refusal, and the draft is gone', at('submitting', { doubtful: 0 }), [], { do: 'wait', ms: 30_000 }],
    [
      'a certain refusal, and the draft is gone for good',
      at('submitting', { doubtful: 0, unseenLooks: 2 }),
      [],
      { do: 'save' },
    ],
    ['sent', at('submitted'), null, { do: 'conclude' }],
  ];
  it.each(rows)('%s', (_, position, found, expected, traits = exchange) => {
    const look = found && { items: found, isComplete: traits.keepsMarker === true };
    expect(nextStep(position, look, traits)).toEqual(expected);
  });
});

describe('what an error means', () => {
  const rows: [string, MailErrorOrigin, 'look' | 'save' | 'submit', string][] = [
    ['ErrorImpersonateUserDenied', 'response', 'save', 'park'],
    ['ErrorImpersonateUserDenied', 'response', 'look', 'park'],
    ['ErrorSendAsDenied', 'response', 'submit', 'park'],
    ['Http401', 'http', 'save', 'park'],
    ['ErrorServerBusy', 'response', 'submit', 'park'],
    ['ErrorInvalidRecipients', 'response', 'submit', 'fail'],
    ['ErrorMessageSizeExceeded', 'response', 'save', 'fail'],
    ['ErrorRequestStreamTooBig', 'response', 'save', 'fail'],
    ['Http413', 'http', 'save', 'fail'],
    ['ErrorInvalidPropertySet', 'response', 'save', 'fail'],
    ['ErrorSendMeetingInvitationsRequired', 'response', 'save', 'fail'],
    ['ErrorStaleObject', 'response', 'submit', 'look'],
    ['ErrorChangeKeyRequired', 'response', 'submit', 'look'],
    ['ErrorItemNotFound', 'response', 'submit', 'look'],
    ['ErrorItemNotFound', 'response', 'look', 'delay'],
    ['ErrorInternalServerError', 'response', 'submit', 'delay'],
    ['ErrorQuotaExceeded', 'response', 'save', 'delay'],
    ['ErrorMailboxStoreUnavailable', 'response', 'save', 'delay'],
    ['ErrorSomethingNew', 'response', 'save', 'delay'],
    ['ECONNRESET', 'transport', 'submit', 'delay'],
  ];
  it.each(rows)('%s (%s) of a %s: %s', (code, origin, call, verdict) => {
    expect(verdictOn(classify(serverError(code, true, origin)), call)).toBe(verdict);
  });

  it('gives a message up for its own failures only', () => {
    let attempts = 0;
    for (let outage = 0; outage < 1_000; outage += 1) attempts = countAttempt(attempts, false);
    expect(attempts).toBeLessThan(maxAttempts / 2);
    for (let own = 0; own < maxAttempts; own += 1) attempts = countAttempt(attempts, true);
    expect(attempts).toBeGreaterThanOrEqual(maxAttempts);
    expect(countAttempt(25, false)).toBe(25);
  });
});

/** What happens to one call or one write, in the order in which they come. */
const fates = [
  'ok',
  'refused',
  'lost-before',
  'lost-after',
  'late',
  'crash-before',
  'crash-after',
  'error-after',
  'unreadable-after',
  'unavailable-before',
] as const;
type Fate = (typeof fates)[number];

class Crash extends Error {}

interface Chance {
  readonly fate: Fate;
  /** How late the server acts, and shows the copy, in s. */
  readonly lateBy: number;
  readonly shownAfter: number;
  /** What the mailbox's owner does to the draft just before. */
  readonly person: 'nothing' | 'edits' | 'sends' | 'deletes';
}

/** How a server treats what is sent over it. */
interface Behaviour {
  readonly movesDrafts: boolean;
  readonly keepsMarker: boolean;
  readonly filesCopies: boolean;
  readonly searches: boolean;
}

const likeExchange: Behaviour = { movesDrafts: true, keepsMarker: true, filesCopies: true, searches: true };

/** A mail server that acts late, loses answers, and shows copies long after it sent them. */
class ModelServer {
  now = 0;
  deliveries = 0;
  private nextId = 1;
  private readonly drafts = new Map<string, number>();
  private readonly sent: { id: string; visibleAt: number }[] = [];
  private readonly late: { at: number; act: () => void }[] = [];

  constructor(private readonly behaviour: Behaviour) {}

  advance(seconds: number): void {
    const until = this.now + seconds;
    for (const job of this.late.filter((each) => each.at <= until).sort((a, b) => a.at - b.at)) {
      this.now = job.at;
      job.act();
      this.late.splice(this.late.indexOf(job), 1);
    }
    this.now = until;
  }

  later(seconds: number, act: () => void): void {
    this.late.push({ at: this.now + seconds, act });
  }

  save(): ItemRef {
    const id = `item-${this.nextId++}`;
    this.drafts.set(id, 1);
    return { id, changeKey: '1' };
  }

  submit(ref: ItemRef, shownAfter: number): void {
    const key = this.drafts.get(ref.id);
    if (key === undefined) throw serverError('ErrorItemNotFound', true);
    if (String(key) !== ref.changeKey) throw serverError('ErrorStaleObject', false);
    this.send(ref.id, shownAfter);
  }

  find(): MarkedItem[] {
    if (!this.behaviour.searches) throw serverError('ErrorInvalidRestriction', false);
    if (!this.behaviour.keepsMarker) return [];
    return [
      ...this.sent
        .filter((item) => item.visibleAt <= this.now)
        .map((item) => ({ folder: 'sentitems' as const, id: item.id, changeKey: 's' })),
      ...[...this.drafts].map(([id, key]) => ({ folder: 'drafts' as const, id, changeKey: String(key) })),
    ];
  }

  read(id: string): SavedDraft | null {
    const key = this.drafts.get(id);
    if (key === undefined) return null;
    return { id, changeKey: String(key), marker: this.behaviour.keepsMarker ? marker : null, attachments: [] };
  }

  interfere(act: Chance['person'], shownAfter: number): void {
    // One draft only: what a person does with two copies of a message is a person's doing.
    const [id, ...more] = this.drafts.keys();
    if (id === undefined || more.length > 0) return;
    if (act === 'edits') this.drafts.set(id, (this.drafts.get(id) ?? 0) + 1);
    if (act === 'deletes') this.drafts.delete(id);
    if (act === 'sends') this.send(id, shownAfter);
  }

  private send(id: string, shownAfter: number): void {
    if (this.behaviour.movesDrafts) this.drafts.delete(id);
    this.deliveries += 1;
    if (this.behaviour.filesCopies) this.sent.push({ id: `item-${this.nextId++}`, visibleAt: this.now + shownAfter });
  }
}

const nothingSpecial: Chance = { fate: 'ok', lateBy: 0, shownAfter: 0, person: 'nothing' };

interface Journey {
  readonly server: ModelServer;
  readonly row: OutgoingPosition;
  readonly end: 'sent' | 'failed' | 'undecided' | 'never';
  /** Submissions while an earlier one was in doubt. */
  readonly repeats: number;
}

/** Runs a message through crashes and takeovers to its end, under what is known of the server. */
async function carryThrough(
  chances: readonly Chance[],
  gapSeconds: number,
  behaviour: Behaviour = likeExchange,
  traits: SendingTraits = exchange,
): Promise<Journey> {
  const server = new ModelServer(behaviour);
  const script = [...chances];
  const draw = () => script.shift() ?? nothingSpecial;
  let row = untouched;
  let repeats = 0;
  /** Whether the last thing that was seen of the draft is that it lies there. */
  let draftLies = false;

  const call = async <T>(effect: (chance: Chance) => T): Promise<T> => {
    const chance = draw();
    // Out of reach: somebody who sends by hand the very draft whose save is still in doubt, and whose copy
    // then shows late. Waiting for that would hold up every message whose save was cut off.
    if (chance.person !== 'sends' || row.step !== 'saving') server.interfere(chance.person, chance.shownAfter);
    switch (chance.fate) {
      case 'crash-before':
        throw new Crash();
      case 'lost-before':
        throw serverError('ECONNRESET', true, 'transport');
      case 'unavailable-before':
        throw serverError('Http503', true, 'http');
      case 'refused':
        throw serverError('ErrorImpersonateUserDenied', false);
      case 'late':
        server.later(chance.lateBy, () => {
          try {
            effect(chance);
          } catch {
            // The server refuses it by now; nobody listens any more.
          }
        });
        throw serverError('TimedOut', true, 'transport');
      case 'ok':
        return effect(chance);
      case 'lost-after':
        effect(chance);
        throw serverError('ECONNRESET', true, 'transport');
      case 'error-after':
        effect(chance);
        throw serverError('ErrorInternalServerError', true);
      case 'unreadable-after':
        effect(chance);
        throw serverError('UnexpectedAnswer', true, 'protocol');
      case 'crash-after':
        effect(chance);
        throw new Crash();
    }
  };
  const ports: SendPorts = {
    signal: new AbortController().signal,
    server: { traits, due: { draft: false, marker: false }, learn: async () => undefined },
    attachments: [],
    session: {
      saveDraft: () => call(() => server.save()),
      sendDraft: (ref) => call((chance) => server.submit(ref, chance.shownAfter)),
      findByMarker: async () => {
        draftLies = false;
        const found = await call(() => server.find());
        draftLies = found.some(({ folder, id }) => folder === 'drafts' && id === row.itemId);
        return found;
      },
      readDraft: async (id) => {
        const draft = await call(() => server.read(id));
        draftLies = draft !== null;
        return draft;
      },
      addAttachments: () => Promise.reject(new Error('there are none')),
    },
    note: async (position) => {
      // What the database holds, too.
      expect(position.doubtful).toBeLessThanOrEqual(maxDoubtful);
      if (position.step === 'submitting' && position.doubtful > 1) {
        repeats += 1;
        expect({ movesDrafts: traits.movesDrafts, draftLies }).toEqual({ movesDrafts: true, draftLies: true });
      }
      const { fate } = draw();
      if (fate === 'crash-before') throw new Crash();
      row = position;
      if (fate === 'crash-after') throw new Crash();
      return true;
    },
    draft: async () => ({ marker }) as OutgoingDraft,
  };

  for (let run = 0; run < 500; run += 1) {
    server.advance(gapSeconds);
    try {
      const result = await sendMessage(marker, row, ports);
      if (result.outcome === 'withdrawn') throw new Error('nobody withdrew it');
      // The crash may come before the outcome is written.
      if (draw().fate === 'crash-before') continue;
      row = result.position;
      if (result.outcome === 'unseen') server.advance(result.waitMs / 1000);
      if (result.outcome === 'sent' || result.outcome === 'undecided')
        return { server, row, end: result.outcome, repeats };
      if (result.outcome === 'trouble' && result.verdict === 'fail') return { server, row, end: 'failed', repeats };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
  return { server, row, end: 'never', repeats };
}

/** After everything that is still under way. */
function outcomeOf({ server, end, row }: Journey): { end: string; deliveries: number; inDoubt: boolean } {
  server.advance(1_000);
  return { end, deliveries: server.deliveries, inDoubt: row.doubtful > 0 };
}

/** Sent is delivered once; what was not decided was in doubt, and was delivered once at most. */
function expectTruth(journey: Journey): void {
  const outcome = outcomeOf(journey);
  if (outcome.end === 'sent') expect(outcome).toEqual({ end: 'sent', deliveries: 1, inDoubt: false });
  else {
    expect(outcome).toMatchObject({ end: 'undecided', inDoubt: true });
    expect(outcome.deliveries).toBeLessThanOrEqual(1);
  }
}

describe('sending exactly once', () => {
  const chance = (persons: readonly Chance['person'][]) =>
    fc.record({
      fate: fc.constantFrom(...fates),
      lateBy: fc.integer({ min: 0, max: 70 }),
      shownAfter: fc.integer({ min: 0, max: 70 }),
      person: fc.constantFrom(...persons),
    });
  const gaps = fc.integer({ min: 0, max: 60 });
  const undisturbed = fc.array(chance(['nothing']), { maxLength: 40 });
  const behaviours = fc.record({
    movesDrafts: fc.boolean(),
    keepsMarker: fc.boolean(),
    filesCopies: fc.boolean(),
    searches: fc.boolean(),
  });

  it('survives crashes, lost answers and a slow server at every point', async () => {
    await fc.assert(
      fc.asyncProperty(undisturbed, gaps, async (chances, gap) => {
        const journey = await carryThrough(chances, gap);
        expectTruth(journey);
        // With one submission in doubt nothing is left undecided.
        if (journey.end === 'undecided') expect(journey.row.doubtful).toBe(maxDoubtful);
      }),
      { numRuns: 3_000 },
    );
  });

  it('delivers once at most on any server, whatever of it is known', async () => {
    await fc.assert(
      fc.asyncProperty(
        undisturbed,
        gaps,
        behaviours,
        fc.boolean(),
        fc.boolean(),
        async (chances, gap, behaviour, knowsDrafts, knowsMarker) => {
          const traits = {
            movesDrafts: knowsDrafts ? behaviour.movesDrafts : null,
            keepsMarker: knowsMarker ? behaviour.keepsMarker : null,
          };
          const journey = await carryThrough(chances, gap, behaviour, traits);
          expectTruth(journey);
          if (traits.movesDrafts !== true) expect(journey.repeats).toBe(0);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('delivers twice at most where what is known of the server is no longer true', async () => {
    await fc.assert(
      fc.asyncProperty(undisturbed, gaps, behaviours, async (chances, gap, behaviour) => {
        const outcome = outcomeOf(await carryThrough(chances, gap, behaviour, exchange));
        expect(outcome.deliveries).toBeLessThanOrEqual(2);
        expect(['sent', 'undecided']).toContain(outcome.end);
      }),
      { numRuns: 3_000 },
    );
  });

  it('survives an owner who edits, sends or deletes the draft', async () => {
    const persons = ['nothing', 'nothing', 'nothing', 'edits', 'sends', 'deletes'] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(chance(persons), { maxLength: 30 }), gaps, async (chances, gap) => {
        expectTruth(await carryThrough(chances, gap));
      }),
      { numRuns: 3_000 },
    );
  });

  it('survives any two mishaps, at any two points', async () => {
    const mishaps = fates.filter((fate) => fate !== 'ok');
    for (const first of mishaps)
      for (const second of mishaps)
        for (let point = 0; point < 6; point += 1)
          for (let between = 0; between < 8; between += 1) {
            const bad = (fate: Fate, lateBy: number) => ({ ...nothingSpecial, fate, lateBy, shownAfter: 60 });
            const fine = (count: number) => Array<Chance>(count).fill(nothingSpecial);
            const chances = [...fine(point), bad(first, 30), ...fine(between), bad(second, 60)];
            const journey = await carryThrough(chances, 20);
            const { end, deliveries } = outcomeOf(journey);
            const bothInDoubt = journey.row.doubtful === maxDoubtful;
            const facts = { first, second, point, between, end, deliveries };
            if (!bothInDoubt) expect(facts).toMatchObject({ end: 'sent', deliveries: 1 });
            else expect(facts).toMatchObject({ end: 'undecided', deliveries: expect.any(Number) });
            expect(deliveries).toBeLessThanOrEqual(1);
          }
  });
});

describe('a permanent refusal in doubtful words', () => {
  const ports = (found: MarkedItem[], traits = exchange): SendPorts => ({
    signal: new AbortController().signal,
    server: { traits, due: { draft: false, marker: false }, learn: async () => undefined },
    attachments: [],
    session: {
      readDraft: () => Promise.reject(new Error('nothing to read')),
      addAttachments: () => Promise.reject(new Error('nothing to add')),
      saveDraft: () => Promise.reject(new Error('nothing to save')),
      sendDraft: () => Promise.reject(serverError('ErrorContentConversionFailed', true)),
      findByMarker: async () => found,
    },
    note: async () => true,
    draft: () => Promise.reject(new Error('nothing to read')),
  });

  it('fails the message while its draft lies there', async () => {
    const result = await sendMessage(marker, at('saved'), ports([seen('drafts')]));
    expect(result).toMatchObject({ outcome: 'trouble', verdict: 'fail', position: { step: 'saved', itemId: 'A' } });
  });

  it('does not say that it was not sent where a draft that lies there proves nothing', async () => {
    for (const traits of [leavesDrafts, nothingKnown])
      expect(await sendMessage(marker, at('saved'), ports([seen('drafts')], traits))).toMatchObject({
        outcome: 'unseen',
        position: { step: 'submitting', doubtful: 1 },
        failure: { code: 'ErrorContentConversionFailed' },
      });
  });

  it('does not fail a message that went out', async () => {
    expect(await sendMessage(marker, at('saved'), ports([seen('sentitems', 'B')]))).toMatchObject({ outcome: 'sent' });
  });

  it('looks again before it says anything of one that is nowhere', async () => {
    expect(await sendMessage(marker, at('saved'), ports([]))).toMatchObject({
      outcome: 'unseen',
      position: { step: 'submitting' },
    });
  });
});
