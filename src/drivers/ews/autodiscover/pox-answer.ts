import { ElementBuilder } from '../soap/element-builder.js';
import { child, childText, descend, type XmlElement } from '../soap/element.js';
import { ProtocolViolation } from '../soap/protocol-violation.js';
import { XmlReader } from '../soap/xml-reader.js';

/** What an Autodiscover server says (MS-OXDSCLI, 2.2.4). */
export type PoxAnswer =
  | { readonly kind: 'settings'; readonly ewsUrl: string | null }
  | { readonly kind: 'redirect-url'; readonly url: string }
  | { readonly kind: 'redirect-address'; readonly address: string }
  | { readonly kind: 'error'; readonly code: string; readonly text: string };

/** The address for clients outside the organisation first: it is the one that others certify and let through. */
const protocols = ['EXPR', 'EXCH', 'WEB'];

/** @throws ProtocolViolation when it is no Autodiscover answer */
export function readPoxAnswer(body: Buffer): PoxAnswer {
  const builder = new ElementBuilder();
  const reader = new XmlReader(builder, { maxBytes: body.length, maxDepth: 32, maxElements: 5_000 });
  reader.write(body);
  reader.end();
  const { root } = builder;
  const response = child(root, 'Response');
  if (root?.name !== 'Autodiscover' || response === null) {
    throw new ProtocolViolation('UnexpectedAnswer', 'the answer is XML but not from Autodiscover');
  }
  const error = child(response, 'Error');
  if (error !== null) {
    return {
      kind: 'error',
      code: `Autodiscover${(childText(error, 'ErrorCode') ?? '').replace(/\D/g, '').slice(0, 6)}`,
      text: childText(error, 'Message') ?? 'The server gave no text.',
    };
  }
  const account = child(response, 'Account');
  const url = childText(account, 'RedirectUrl')?.trim();
  if (url) return { kind: 'redirect-url', url };
  const address = childText(account, 'RedirectAddr')?.trim();
  if (address) return { kind: 'redirect-address', address };
  return { kind: 'settings', ewsUrl: ewsUrlOf(account) };
}

function ewsUrlOf(account: XmlElement | null): string | null {
  const listed = (account?.children ?? []).filter(({ name }) => name === 'Protocol');
  for (const type of protocols) {
    const protocol = listed.find((candidate) => childText(candidate, 'Type')?.trim().toUpperCase() === type) ?? null;
    const url =
      childText(protocol, 'EwsUrl') ??
      childText(protocol, 'ASUrl') ??
      childText(descend(protocol, 'External', 'Protocol'), 'ASUrl');
    if (url !== null) return url.trim();
  }
  return null;
}
