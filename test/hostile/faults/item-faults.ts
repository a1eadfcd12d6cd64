import {
  failedMessage,
  html,
  itemIdsOf,
  replaceMessages,
  rewritten,
  type Answer,
  type EwsCall,
  type Serve,
} from '../support/wire.js';
import { strangeCodes, type FaultKind, type Reality, type Target } from './fault.js';

const asksMime = ({ body }: EwsCall) => body.includes('IncludeMimeContent>true');

/** The places in a GetItem at which the target's message is asked for. */
function placesIn(call: EwsCall, target: Target, reality: Reality): number[] {
  if (call.operation !== 'GetItem') return [];
  const ids = reality.itemIds(target.message.key);
  return itemIdsOf(call.body).flatMap((id, index) => (ids.has(id) ? [index] : []));
}

const replacedAt = (answer: Promise<Answer>, places: readonly number[], code: string): Promise<Answer> =>
  rewritten(answer, (body) =>
    replaceMessages('GetItem', body, (message, index) =>
      places.includes(index) ? failedMessage('GetItem', code) : message,
    ),
  );

/** The item answers an error, in whatever shape it is asked for. */
const itemError: FaultKind = {
  name: 'item-error',
  reach: 'message',
  make: (dice, target, reality) => {
    const code = dice.pick([...strangeCodes, 'ErrorServerBusy', 'ErrorRightsManagementPermanentException']);
    return {
      detail: code,
      spoil: (call, next) => {
        const places = placesIn(call, target, reality);
        return places.length === 0 ? next(call) : replacedAt(next(call), places, code);
      },
    };
  },
};

/** Only its MIME cannot be had. */
const mimeError: FaultKind = {
  name: 'mime-error',
  reach: 'message',
  harmless: true,
  make: (dice, target, reality) => {
    const code = dice.pick([...strangeCodes, 'ErrorMimeContentConversionFailed']);
    return {
      detail: code,
      spoil: (call, next) => {
        const places = asksMime(call) ? placesIn(call, target, reality) : [];
        return places.length === 0 ? next(call) : replacedAt(next(call), places, code);
      },
    };
  },
};

/** The call that holds the item fails as a whole, for a scanner in between or a server that stumbles over it. */
const itemBreaksCall: FaultKind = {
  name: 'item-breaks-the-call',
  reach: 'message',
  make: (dice, target, reality) => {
    const how = dice.pick(['403', '500', '502', '503', 'reset', 'cut', 'torn', 'tag', 'html'] as const);
    const spoil = async (call: EwsCall, next: Serve): Promise<Answer> => {
      if (placesIn(call, target, reality).length === 0) return next(call);
      if (how === 'reset') return 'reset';
      if (how === 'html') return html(200);
      if (/^\d/.test(how)) return html(Number(how));
      const answer = await next(call);
      if (answer === 'reset') return answer;
      if (how === 'torn') return { ...answer, tornAt: 0.6 };
      if (how === 'cut') return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length * 0.6)) };
      return { ...answer, body: answer.body.replace('</t:Subject>', '</t:Subjec>') };
    };
    return { detail: how, spoil };
  },
};

/** The sync told of the item a moment ago, and reading does not know it yet. */
const itemNotThereYet: FaultKind = {
  name: 'item-not-there-yet',
  reach: 'message',
  minutes: [2, 3],
  make: (_dice, target, reality) => ({
    detail: 'ErrorItemNotFound',
    spoil: (call, next) => {
      const places = placesIn(call, target, reality);
      return places.length === 0 ? next(call) : replacedAt(next(call), places, 'ErrorItemNotFound');
    },
  }),
};

/** Its MIME ends in the middle. */
const mimeCutShort: FaultKind = {
  name: 'mime-cut-short',
  reach: 'message',
  harmless: true,
  about: { message: ({ attachment }) => attachment !== 'none' },
  make: (dice, target, reality) => {
    const share = dice.pick([0, 0.3, 0.6]);
    return {
      detail: `at ${share}`,
      spoil: (call, next) => {
        const places = asksMime(call) ? placesIn(call, target, reality) : [];
        if (places.length === 0) return next(call);
        return rewritten(next(call), (body) =>
          replaceMessages('GetItem', body, (message, index) =>
            places.includes(index)
              ? message.replace(/(<t:MimeContent[^>]*>)([^<]*)</, (_all, head: string, base64: string) => {
                  const mime = Buffer.from(base64, 'base64');
                  return `${head}${mime.subarray(0, Math.floor(mime.length * share)).toString('base64')}<`;
                })
              : message,
          ),
        );
      },
    };
  },
};

/** The message has to be read by its properties, and its attachment cannot be read, or is no message. */
const badAttachment: FaultKind = {
  name: 'bad-attachment',
  reach: 'message',
  harmless: true,
  about: { message: ({ attachment }) => attachment === 'message' },
  make: (dice, target, reality) => {
    const how = dice.pick([...strangeCodes, 'contact', '403', '502', 'reset'] as const);
    const spoil = async (call: EwsCall, next: Serve): Promise<Answer> => {
      const places = asksMime(call) ? placesIn(call, target, reality) : [];
      if (places.length > 0) return replacedAt(next(call), places, 'ErrorMimeContentConversionFailed');
      if (call.operation !== 'GetAttachment') return next(call);
      const answer = await next(call);
      if (answer === 'reset' || !answer.body.includes(`${target.message.key}.`)) return answer;
      if (how === 'reset') return 'reset';
      if (/^\d/.test(how)) return html(Number(how));
      if (how !== 'contact')
        return {
          ...answer,
          body: replaceMessages('GetAttachment', answer.body, (message) =>
            message.includes(`${target.message.key}.`)
              ? failedMessage('GetAttachment', how).replace('</m:GetAttachment', '<m:Attachments/></m:GetAttachment')
              : message,
          ),
        };
      const contact = '<t:Contact><t:ItemClass>IPM.Contact</t:ItemClass><t:Subject>Card</t:Subject></t:Contact>';
      return { ...answer, body: answer.body.replace(/<t:Message>.*?<\/t:Message>/s, contact) };
    };
    return { detail: how, spoil };
  },
};

export const itemFaults: readonly FaultKind[] = [
  itemError,
  mimeError,
  itemBreaksCall,
  itemNotThereYet,
  mimeCutShort,
  badAttachment,
];
