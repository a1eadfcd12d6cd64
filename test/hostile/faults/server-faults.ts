import { failed, fault, html, type Answer } from '../support/wire.js';
import { strangeCodes, type FaultKind } from './fault.js';

const outage: FaultKind = {
  name: 'outage',
  reach: 'server',
  make: (dice) => {
    const how = dice.pick([
      'reset',
      '500',
      '502',
      '503',
      '504',
      'html',
      'ErrorInternalServerError',
      'ErrorServiceUnavailable',
      '401',
    ] as const);
    return {
      detail: how,
      spoil: async (): Promise<Answer> => {
        if (how === 'reset') return 'reset';
        if (how === 'html') return html(200, 'Maintenance');
        return /^\d/.test(how) ? html(Number(how)) : fault(how);
      },
    };
  },
};

/** Listings work, and no item of any mailbox can be read. */
const noItems: FaultKind = {
  name: 'no-item-can-be-read',
  reach: 'server',
  make: (dice) => {
    const how = dice.pick([...strangeCodes, '500', '503', 'reset']);
    return {
      detail: how,
      spoil: async (call, next) => {
        if (call.operation !== 'GetItem') return next(call);
        if (how === 'reset') return 'reset';
        return /^\d/.test(how) ? html(Number(how)) : failed(call, how);
      },
    };
  },
};

/** One call in 25 is refused at random. */
const flaky: FaultKind = {
  name: 'one-call-in-25-refused',
  reach: 'server',
  stopsNothing: true,
  make: (dice) => {
    const how = dice.pick(['401', '503', 'reset', '500', 'ErrorInternalServerTransientError'] as const);
    const calls = dice.fork('flaky');
    return {
      detail: how,
      spoil: async (call, next): Promise<Answer> => {
        if (!calls.chance(1 / 25)) return next(call);
        if (how === 'reset') return 'reset';
        return /^\d/.test(how) ? html(Number(how)) : fault(how);
      },
    };
  },
};

/** An answer comes twice, and the connection's next request gets the second one before its own. */
const answersTwice: FaultKind = {
  name: 'two-answers-to-one-request',
  reach: 'server',
  stopsNothing: true,
  make: (dice) => {
    const calls = dice.fork('twice');
    return {
      detail: '',
      spoil: async (call, next) => {
        const answer = await next(call);
        return answer !== 'reset' && calls.chance(0.2) ? { ...answer, comesTwice: true } : answer;
      },
    };
  },
};

/** A connection that was kept alive breaks over its next request. */
const keptAliveBreaks: FaultKind = {
  name: 'kept-alive-connection-breaks',
  reach: 'server',
  stopsNothing: true,
  make: (dice) => {
    const how = dice.pick(['400', 'reset'] as const);
    const calls = dice.fork('kept');
    return {
      detail: how,
      spoil: async (call, next) => {
        if (call.requestsBefore === 0 || !calls.chance(0.15)) return next(call);
        return how === 'reset' ? 'reset' : { ...html(400, 'Bad Request'), headers: { connection: 'close' } };
      },
    };
  },
};

const restrictionRefused: FaultKind = {
  name: 'restriction-refused',
  reach: 'server',
  stopsNothing: true,
  make: (dice) => {
    const [part, code] = dice.pick([
      ['<m:Restriction>', 'ErrorInvalidRestriction'],
      ['<m:Restriction>', 'ErrorUnsupportedPathForQuery'],
      ['<m:SortOrder>', 'ErrorUnsupportedPathForSortGroup'],
      ['', 'ErrorInvalidOperation'],
    ] as const);
    return {
      detail: `${part === '' ? 'FindItem' : part}: ${code}`,
      spoil: async (call, next) =>
        call.operation === 'FindItem' && call.body.includes(part) ? failed(call, code) : next(call),
    };
  },
};

export const serverFaults: readonly FaultKind[] = [
  outage,
  noItems,
  flaky,
  answersTwice,
  keptAliveBreaks,
  restrictionRefused,
];
