import { schemaAvailable, validateEnvelopes } from '../../support/ews-schema.js';
import { itKeepsThePort } from '../port/conformance.js';
import { openExchangeWorld } from './support/exchange-world.js';

const envelopes = new Set<string>();

describe.each([
  ['by impersonation', {}],
  ['by delegation', { access: 'delegation' as const }],
  ['before Exchange 2013', { requestVersion: 'Exchange2010_SP2' as const }],
  ['where a draft is built up in several requests', { limits: { maxRequestBytes: 1_000 } }],
])('the EWS driver %s', (_name, options) => {
  itKeepsThePort(() =>
    openExchangeWorld({
      ...options,
      record: ({ request, response }) => [request, response].forEach((envelope) => envelopes.add(envelope)),
    }),
  );
});

(schemaAvailable() ? it : it.skip)('speaks and hears valid envelopes (needs xmllint and ../shared/ews-schema)', () => {
  expect(envelopes.size).toBeGreaterThan(100);
  const soap = [...envelopes].filter(
    (xml) => xml.startsWith('<?xml') && xml.includes('http://schemas.xmlsoap.org/soap/envelope/'),
  );
  expect(validateEnvelopes(soap).filter(({ valid }) => !valid)).toEqual([]);
});
