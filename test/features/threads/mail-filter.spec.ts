import { filterQuestions, letsIn } from '../../../src/features/mail/incoming/mail-filter.js';
import { idKey, tokenKey } from '../../../src/features/mail/threads/thread-keys.js';
import { mailboxFilters } from '../../../src/features/mailboxes/mailbox-filter.js';
import { itemProperties } from '../support/item-properties.js';

const facts = {
  ours: new Set([idKey('<sent@x.example>'), tokenKey('CRM:1234')]),
  known: new Set(['ann@y.example', 'z.example']),
};
const from = (address: string) => ({ from: { name: null, address } });
const header = (name: string, value: string) => ({ headers: [{ name, value }] });

it.each([
  ['nothing of the kind', {}, ['all']],
  ['In-Reply-To', { inReplyTo: '<sent@x.example>' }, ['all', 'replies']],
  ['In-Reply-To among the headers', header('In-Reply-To', '<sent@x.example>'), ['all', 'replies']],
  ['References', { references: '<other@x.example> <sent@x.example>' }, ['all', 'replies']],
  ['References among the headers', header('REFERENCES', '<sent@x.example>'), ['all', 'replies']],
  ['a token', { subject: 'AW: crm:1234 Offer' }, ['all', 'replies']],
  ['a token that nobody gave out', { subject: 'AW: CRM:4321' }, ['all']],
  ['the id of others’ mail', { inReplyTo: '<other@x.example>' }, ['all']],
  ['a known address', from('ANN@y.example'), ['all', 'known']],
  ['a known domain', from('anybody@Z.example'), ['all', 'known']],
  ['a subdomain of it', from('anybody@mail.z.example'), ['all']],
  ['a sender without an address', { from: { name: 'ann@y.example', address: null } }, ['all']],
  [
    'a known sender behind an unknown From',
    { ...from('x@x.example'), sender: { name: null, address: 'ann@y.example' } },
    ['all'],
  ],
  ['a delivery report', { itemClass: 'REPORT.IPM.Note.NDR' }, ['all', 'replies', 'known']],
])('mail with %s passes', (_, properties, filters) => {
  const questions = filterQuestions(itemProperties(properties), 'CRM:');
  expect(mailboxFilters.filter((filter) => letsIn(filter, questions, facts))).toEqual(filters);
});

it('looks for no tokens where the profile has none', () => {
  expect(filterQuestions(itemProperties({ subject: 'CRM:1234' }), null).answers).toEqual([]);
});
