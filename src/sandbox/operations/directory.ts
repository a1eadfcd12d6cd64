import { PeopleWriter } from '../items/people.js';
import { ItemError } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { Mailbox } from '../store/mailbox.js';
import { isTrue } from '../xml/element.js';
import { element, textElement } from '../xml/write-xml.js';
import { answerOnce } from './answer.js';
import type { Call, Operation } from './call.js';

const MOST_RESOLUTIONS = 100;

export const resolveNames: Operation = (call, request) => {
  const full = isTrue(request.attribute('ReturnFullContactData'));
  const entry = request.childText('UnresolvedEntry')?.trim() ?? '';
  // The sandbox has a directory and no contacts.
  const looksInDirectory = request.attribute('SearchScope') !== 'Contacts';
  const found = looksInDirectory && entry !== '' ? matching(call, entry.replace(/^smtp:/i, '').toLowerCase()) : [];
  if (found.length === 0) {
    return response('ResolveNames', [
      failure('ResolveNames', new ItemError('ErrorNameResolutionNoResults'), '', call.style.omitOptional),
    ]);
  }
  const people = new PeopleWriter(call.organisation, call.style.omitOptional);
  const resolutions = found
    .slice(0, MOST_RESOLUTIONS)
    .map((mailbox) =>
      element(
        't:Resolution',
        people.mailbox({ name: mailbox.record.displayName, address: mailbox.address }) + (full ? contact(mailbox) : ''),
      ),
    );
  const set = element('m:ResolutionSet', resolutions.join(''), {
    TotalItemsInView: resolutions.length,
    IncludesLastItemInRange: found.length <= MOST_RESOLUTIONS,
  });
  return response('ResolveNames', [found.length === 1 ? success('ResolveNames', set) : ambiguous(set)]);
};

/** The directory entry of a person, in the order of ContactItemType. */
function contact({ guid, address, record }: Mailbox): string {
  const [givenName = '', ...rest] = record.displayName.split(' ');
  const addresses = [`SMTP:${address}`, ...record.aliases.map((alias) => `smtp:${alias}`)].slice(0, 3);
  return element(
    't:Contact',
    textElement('t:DisplayName', record.displayName) +
      textElement('t:GivenName', givenName) +
      element(
        't:EmailAddresses',
        addresses
          .map((text, index) => textElement('t:Entry', text, { Key: `EmailAddress${String(index + 1)}` }))
          .join(''),
      ) +
      textElement('t:ContactSource', 'ActiveDirectory') +
      textElement('t:Surname', rest.join(' ')) +
      textElement('t:Alias', address.slice(0, address.indexOf('@'))) +
      textElement('t:DirectoryId', guid),
  );
}

/** Several matches are a warning, with the matches. */
function ambiguous(set: string): string {
  const code = 'ErrorNameResolutionMultipleResults';
  const head =
    textElement('m:MessageText', 'Multiple results were found.') +
    textElement('m:ResponseCode', code) +
    textElement('m:DescriptiveLinkKey', 0);
  return element('m:ResolveNamesResponseMessage', head + set, { ResponseClass: 'Warning' });
}

/** An X.500 name, as in old mail in place of an address; its last part is the alias. */
const legacyName = /^(?:ex:)?\/o=.*\/cn=([^/]+)$/;

/** Ambiguous name resolution: prefixes of names, addresses and aliases. An X.500 name matches one person. */
function matching(call: Call, wanted: string): Mailbox[] {
  const [, legacyAlias] = legacyName.exec(wanted) ?? [];
  if (legacyAlias !== undefined)
    return call.organisation.mailboxes.filter(({ address }) => address.split('@', 1)[0]?.toLowerCase() === legacyAlias);
  return call.organisation.mailboxes.filter(({ record, address }) => {
    const names = [record.displayName.toLowerCase(), ...record.displayName.toLowerCase().split(/\s+/)];
    return [...names, address, ...record.aliases].some((name) => name.startsWith(wanted));
  });
}

export const expandDl: Operation = (call, request) =>
  answerOnce(call, 'ExpandDL', () => {
    const address = request.child('Mailbox')?.childText('EmailAddress')?.trim() ?? '';
    const members = call.organisation.membersOfList(address);
    if (members.length === 0) throw new ItemError('ErrorNameResolutionNoResults');
    const people = new PeopleWriter(call.organisation, call.style.omitOptional);
    return element(
      'm:DLExpansion',
      members.map((mailbox) => people.mailbox({ name: mailbox.record.displayName, address: mailbox.address })).join(''),
      { TotalItemsInView: members.length, IncludesLastItemInRange: true },
    );
  });
