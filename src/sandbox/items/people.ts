import type { Organisation } from '../store/organisation.js';
import type { Person } from '../store/message-content.js';
import { element, optionalText, textElement } from '../xml/write-xml.js';

/** Writes addresses; knows who is a mailbox of the organisation. */
export class PeopleWriter {
  constructor(
    private readonly organisation: Organisation,
    private readonly omitOptional: boolean,
  ) {}

  /** A `Mailbox` element (EmailAddressType). Broken mail has people without an address: they keep their name. */
  mailbox(person: Person): string {
    const { address } = person;
    if (address === '') return element('t:Mailbox', textElement('t:Name', person.name));
    if (this.omitOptional) return element('t:Mailbox', textElement('t:EmailAddress', address));
    const known = this.organisation.byAnyAddress(address);
    return element(
      't:Mailbox',
      textElement('t:Name', person.name || known?.record.displayName || address) +
        textElement('t:EmailAddress', address) +
        textElement('t:RoutingType', 'SMTP') +
        textElement('t:MailboxType', known ? 'Mailbox' : 'OneOff'),
    );
  }

  one(name: string, person: Person | undefined): string {
    return person ? element(name, this.mailbox(person)) : '';
  }

  many(name: string, people: readonly Person[]): string {
    return people.length === 0 ? '' : element(name, people.map((person) => this.mailbox(person)).join(''));
  }

  /** DisplayTo and its like: names joined by semicolons; an empty element when there is nobody. */
  display(name: string, people: readonly Person[]): string {
    const text = people
      .map(
        (person) => person.name || this.organisation.byAnyAddress(person.address)?.record.displayName || person.address,
      )
      .join('; ');
    return text === '' && this.omitOptional ? '' : optionalText(name, text);
  }
}
