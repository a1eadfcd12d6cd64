import type { EndpointFailure, EndpointFailureCode } from './endpoint-failure.js';
import type { Explanation } from '../failures/explanations.js';

/** What the commands of a remedy are filled in with. */
interface EndpointContext {
  readonly endpointId: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

const titles: Readonly<Record<EndpointFailureCode, string>> = {
  WebhookGone: 'A webhook endpoint says that it is gone',
  WebhookFailing: 'A webhook endpoint has failed for five days',
};

const causes: Readonly<Record<EndpointFailureCode, (failure: EndpointFailure) => string>> = {
  WebhookGone: ({ url }) =>
    `${url} answered 410, by which a receiver says that it wants no more webhooks. Postroom switched the endpoint off.`,
  WebhookFailing: ({ url, failingSince, message }) =>
    `No webhook to ${url} has succeeded since ${failingSince} (UTC); the last attempt: ${message}. Postroom switched the endpoint off.`,
};

/** Plain words for an endpoint that was switched off, and the commands that bring it back. */
export function explainEndpoint(failure: EndpointFailure, context: EndpointContext): Explanation {
  return {
    title: titles[failure.code],
    cause: causes[failure.code](failure),
    remedy: [
      'Mend the receiver: it has to answer with 2xx within 20 seconds. See with a test event whether it does ($KEY is an API key with the scope admin):',
      `  ${curl('POST', context, '/test')}`,
      'Then switch the endpoint on again. What waits goes out at once:',
      `  ${curl('PATCH', context, '', { enabled: true })}`,
      'Events that were given up after ten attempts do not wait any more. See whether there are some:',
      `  ${curl('GET', context, '/deliveries?state=failed')}`,
      'If so, have the time sent again; what had been delivered meanwhile comes a second time, with the same ids:',
      `  ${replayCommand(failure, context)}`,
      'An endpoint that nobody needs any more is deleted:',
      `  ${curl('DELETE', context)}`,
    ].join('\n'),
  };
}

/** Sends again what happened from the first event that was not delivered until the endpoint was switched off. */
export function replayCommand({ waitingSince, at }: EndpointFailure, context: EndpointContext): string {
  return curl('POST', context, '/replay', { from: waitingSince, to: at });
}

function curl(method: string, { publicUrl, endpointId }: EndpointContext, path = '', body?: object): string {
  const address = `'${publicUrl}/v1/webhook-endpoints/${endpointId}${path}'`;
  const json = body && `-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  const verb = method === 'GET' ? null : `-X ${method}`;
  return ['curl', verb, address, `-H "Authorization: Bearer $KEY"`, json].filter(Boolean).join(' ');
}
