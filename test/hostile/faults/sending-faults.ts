import { failed, fault, html, itemIdsOf, responseOf, type Answer, type EwsCall, type Serve } from '../support/wire.js';
import type { FaultKind, Reality, Target } from './fault.js';

const wrongly = (operation: string): Answer =>
  responseOf(
    operation,
    `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode></m:${operation}ResponseMessage>`,
    'Responses',
  );

const isSend = (call: EwsCall, { mailbox }: Target) => call.operation === 'SendItem' && call.mailbox === mailbox;

/** The message goes out, and nobody says so. */
const sendAnswerLost: FaultKind = {
  name: 'send-answer-lost',
  reach: 'sending',
  make: (dice, target) => {
    const how = dice.pick(['reset', '502', '503', '504', 'torn', 'html'] as const);
    return {
      detail: how,
      spoil: async (call, next) => {
        if (!isSend(call, target)) return next(call);
        const answer = await next(call);
        if (how === 'reset' || answer === 'reset') return 'reset';
        if (how === 'torn') return { ...answer, tornAt: 0.5 };
        return html(how === 'html' ? 200 : Number(how));
      },
    };
  },
};

/** The message goes out, and the answer is written in another way than Exchange writes it. */
const sendAnsweredOdd: FaultKind = {
  name: 'send-answered-odd',
  reach: 'sending',
  make: (dice, target) => {
    const how = dice.pick(['wrapper', 'prefixes', 'no class'] as const);
    return {
      detail: how,
      spoil: async (call, next) => {
        if (!isSend(call, target)) return next(call);
        const answer = await next(call);
        if (answer === 'reset' || !answer.body.includes('NoError')) return answer;
        if (how === 'wrapper') return wrongly('SendItem');
        if (how === 'no class') return { ...answer, body: answer.body.replace(' ResponseClass="Success"', '') };
        return { ...answer, body: answer.body.replaceAll('m:', 'vnd:').replace('xmlns:m=', 'xmlns:vnd=') };
      },
    };
  },
};

/** The message goes out past Drafts: the draft stays where it was, and nothing is in Sent Items. */
const draftLeft: FaultKind = {
  name: 'send-leaves-the-draft',
  reach: 'sending',
  make: (dice, target, reality) => {
    const says = dice.pick(['success', 'success', 'nothing'] as const);
    return {
      detail: `and says ${says}`,
      spoil: async (call, next) => {
        if (!isSend(call, target)) return next(call);
        for (const id of itemIdsOf(call.body)) await sendPastDrafts(call, next, id, reality);
        return says === 'success' ? wrongly('SendItem') : 'reset';
      },
    };
  },
};

async function sendPastDrafts(call: EwsCall, next: Serve, itemId: string, reality: Reality): Promise<void> {
  const body = call.body
    .replace(/<m:SendItem .*<\/m:SendItem>/s, '')
    .replace(
      /(<s:Body>|<soap:Body>)/,
      `$1<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape><m:ItemIds><t:ItemId Id="${itemId}"/></m:ItemIds></m:GetItem>`,
    );
  const headers = {
    ...call.headers,
    soapaction: '"http://schemas.microsoft.com/exchange/services/2006/messages/GetItem"',
  };
  const answer = await next({ ...call, operation: 'GetItem', body, headers });
  const mime = answer === 'reset' ? undefined : /<t:MimeContent[^>]*>([^<]*)</.exec(answer.body)?.[1];
  if (mime === undefined) throw new Error(`the draft cannot be read: ${answer === 'reset' ? answer : answer.body}`);
  const bytes = Buffer.from(mime, 'base64');
  const to = /^To:.*?([\w.]+@[\w.]+)/im.exec(bytes.toString('latin1'))?.[1];
  if (to === undefined) throw new Error('the draft names no recipient');
  await reality.deliverTo(to, bytes);
}

/** One message is refused, and the others are not. */
const sendRefused: FaultKind = {
  name: 'send-refused',
  reach: 'sending',
  about: { send: ({ refused }) => refused },
  make: (dice, target) => {
    const code = dice.pick([
      'ErrorInvalidRecipients',
      'ErrorMessageSizeExceeded',
      'ErrorSendAsDenied',
      'ErrorAccessDenied',
      'ErrorInternalServerTransientError',
      'VendorError-23',
    ]);
    const refused = new Set<string>();
    return {
      detail: code,
      spoil: async (call, next) => {
        if (call.mailbox !== target.mailbox) return next(call);
        if (call.operation === 'CreateItem' && call.body.includes('refuse-me')) {
          const answer = await next(call);
          if (answer !== 'reset') for (const id of itemIdsOf(answer.body)) refused.add(id);
          return answer;
        }
        return call.operation === 'SendItem' && itemIdsOf(call.body).some((id) => refused.has(id))
          ? failed(call, code)
          : next(call);
      },
    };
  },
};

/** The server refuses to send or save at all, and does nothing. */
const sendingBusy: FaultKind = {
  name: 'sending-refused-for-a-while',
  reach: 'sending',
  make: (dice, target) => {
    const operation = dice.pick(['SendItem', 'CreateItem']);
    const how = dice.pick([
      '503',
      '403',
      'ErrorServerBusy',
      'ErrorInternalServerTransientError',
      'ErrorExceededMessageLimit',
      'ErrorQuotaExceeded',
    ]);
    return {
      detail: `${operation}: ${how}`,
      spoil: async (call, next) => {
        if (call.mailbox !== target.mailbox || call.operation !== operation) return next(call);
        return /^\d/.test(how) ? html(Number(how)) : fault(how);
      },
    };
  },
};

/** A draft is saved, and nobody says so. */
const saveAnswerLost: FaultKind = {
  name: 'save-answer-lost',
  reach: 'sending',
  make: (dice, target) => {
    const how = dice.pick(['reset', '502', 'torn'] as const);
    return {
      detail: how,
      spoil: async (call, next) => {
        if (call.mailbox !== target.mailbox || call.operation !== 'CreateItem') return next(call);
        const answer = await next(call);
        if (how === 'reset' || answer === 'reset') return 'reset';
        return how === 'torn' ? { ...answer, tornAt: 0.5 } : html(502);
      },
    };
  },
};

/** A draft is saved without the files that came with it. */
const filesDropped: FaultKind = {
  name: 'files-of-a-draft-dropped',
  reach: 'sending',
  about: { send: ({ withFile }) => withFile },
  make: (dice, target) => {
    const operations = dice.chance(0.3) ? ['CreateItem', 'CreateAttachment'] : ['CreateItem'];
    return {
      detail: operations.join(' and '),
      spoil: async (call, next) => {
        if (call.mailbox !== target.mailbox || !operations.includes(call.operation)) return next(call);
        if (call.operation === 'CreateAttachment') return failed(call, 'ErrorInvalidOperation');
        return next({ ...call, body: call.body.replace(/<t:Attachments>.*<\/t:Attachments>/s, '') });
      },
    };
  },
};

export const sendingFaults: readonly FaultKind[] = [
  sendAnswerLost,
  sendAnsweredOdd,
  draftLeft,
  sendRefused,
  sendingBusy,
  saveAnswerLost,
  filesDropped,
];
