import { failed, fault, html, itemIdsOf, responseOf, failedMessage, type Answer } from '../support/wire.js';
import { mailboxCodes, strangeCodes, type FaultKind } from './fault.js';

/** All calls for one mailbox are refused, while the others work. */
const mailboxRefused: FaultKind = {
  name: 'one-mailbox-refused',
  reach: 'mailbox',
  make: (dice, target) => {
    const how = dice.pick([
      ...mailboxCodes,
      'busy for 15 s',
      'ErrorServerBusy',
      '401',
      '403',
      '500',
      '502',
      '503',
      'reset',
      'ErrorNonExistentMailbox',
      'ErrorImpersonateUserDenied',
      'ErrorWrongServerVersion',
      'ErrorMailboxMoveInProgress',
      'ErrorCannotFindUser',
    ]);
    return {
      detail: how,
      spoil: async (call, next): Promise<Answer> => {
        if (call.mailbox !== target.mailbox) return next(call);
        if (how === 'reset') return 'reset';
        if (how === 'busy for 15 s') return fault('ErrorServerBusy', 15_000);
        return /^\d/.test(how) ? html(Number(how)) : fault(how);
      },
    };
  },
};

/** Listings work, and none of the items can be read. */
const itemsFail: FaultKind = {
  name: 'items-fail-for-a-while',
  reach: 'mailbox',
  make: (dice, target) => {
    const how = dice.pick([...strangeCodes, 'short', '403', '500', '503', 'reset']);
    return {
      detail: how,
      spoil: async (call, next) => {
        if (call.operation !== 'GetItem' || call.mailbox !== target.mailbox) return next(call);
        if (how === 'short') return responseOf('GetItem', '');
        if (how === 'reset') return 'reset';
        if (/^\d/.test(how)) return html(Number(how));
        return responseOf('GetItem', failedMessage('GetItem', how).repeat(itemIdsOf(call.body).length));
      },
    };
  },
};

/** The server moved the mailbox: who comes with the cookie of before is not served. */
const staleCookie: FaultKind = {
  name: 'stale-affinity-cookie',
  reach: 'mailbox',
  lasting: true,
  make: (dice, target, reality) => {
    const status = dice.pick([503, 500, 302, 'ErrorWrongServerVersion', 'reset'] as const);
    let firstAtMs: number | null = null;
    return {
      detail: String(status),
      spoil: async (call, next) => {
        if (call.mailbox !== target.mailbox) return next(call);
        firstAtMs ??= reality.nowMs();
        const hasMoved = reality.nowMs() >= firstAtMs + 5 * 60_000;
        if (hasMoved && String(call.headers.cookie ?? '').includes('X-BackEndCookie=old')) {
          if (status === 'reset') return 'reset';
          if (typeof status === 'string') return fault(status);
          const refusal = html(status);
          return status === 302 ? { ...refusal, headers: { ...refusal.headers, location: '/EWS/elsewhere' } } : refusal;
        }
        const answer = await next(call);
        if (answer === 'reset') return answer;
        const cookie = `X-BackEndCookie=${hasMoved ? 'new' : 'old'}; path=/; secure; HttpOnly`;
        return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } };
      },
    };
  },
};

/** A property that is asked for is none that the server knows. */
const propertyRefused: FaultKind = {
  name: 'property-refused',
  reach: 'mailbox',
  stopsNothing: true,
  make: (dice, target) => {
    const property = dice.pick([
      'item:InReplyTo',
      'item:Importance',
      'item:ConversationId',
      'message:References',
      'message:ReplyTo',
      'item:TextBody',
      'item:InternetMessageHeaders',
      'PropertyTag="0x300b"',
    ]);
    const how = dice.pick([
      'ErrorInvalidPropertyRequest',
      'ErrorInvalidPropertyForOperation',
      'ErrorUnsupportedPropertyDefinition',
    ]);
    return {
      detail: `${property}: ${how}`,
      spoil: async (call, next) =>
        call.mailbox === target.mailbox &&
        call.operation === 'GetItem' &&
        call.body.toLowerCase().includes(property.toLowerCase())
          ? failed(call, how)
          : next(call),
    };
  },
};

export const mailboxFaults: readonly FaultKind[] = [mailboxRefused, itemsFail, staleCookie, propertyRefused];
