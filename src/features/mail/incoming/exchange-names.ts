import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { ItemProperties, MailAddress } from '../../../drivers/port/mail-item.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import type { MessageContent } from './message-content.js';

/** The sender and recipients of a message. */
type People = Pick<MessageContent, 'from' | 'sender' | 'recipients'>;

/** How long a directory result is cached: addresses rarely change, and a missing person may be added. */
const keptMs = 6 * 3_600_000;
const maxKept = 10_000;
/** Per message, so that a message to a whole company does not cause as many calls. */
const maxAsked = 50;
/** Per run, because no mail is read during such a call. */
const maxAskedByRun = 500;

/**
 * Looks up the SMTP addresses of people that Exchange names by X.500 (`/O=CONTOSO/…/CN=JDOE`), as in old mail and mail
 * from inside an organisation. A failed lookup is not an error: the person then keeps only the name.
 */
@Injectable()
export class ExchangeNames {
  /** Keyed by profile and name. */
  private readonly known = new Map<string, { readonly address: string | null; readonly until: number }>();
  /** The number of lookups left for a run; none if its server rejects them. */
  private readonly left = new WeakMap<MailboxRun, number>();

  constructor(private readonly clock: Clock) {}

  /** Adds addresses only to names that the server resolves. */
  async resolve<Content extends People>(run: MailboxRun, content: Content): Promise<Content> {
    const people = peopleOf(content);
    const names = [...new Set(people.flatMap(({ exchangeName }) => exchangeName ?? []))];
    if (names.length === 0) return content;
    const addresses = new Map<string, string | null>();
    for (const name of names.slice(0, maxAsked)) addresses.set(name, await this.addressOf(run, name));
    const withAddress = (person: MailAddress): MailAddress =>
      person.exchangeName === undefined
        ? person
        : { name: person.name, address: addresses.get(person.exchangeName) ?? person.address };
    const { from, sender, recipients } = content;
    return {
      ...content,
      from: from && withAddress(from),
      sender: sender && withAddress(sender),
      recipients: {
        to: recipients.to.map(withAddress),
        cc: recipients.cc.map(withAddress),
        bcc: recipients.bcc.map(withAddress),
        replyTo: recipients.replyTo.map(withAddress),
      },
    };
  }

  /** The sender only, for a filter that needs the address before the message is fetched. */
  async resolveSender(run: MailboxRun, properties: ItemProperties): Promise<ItemProperties> {
    const { from, sender } = properties;
    const recipients = { to: [], cc: [], bcc: [], replyTo: [] };
    return { ...properties, ...withoutRecipients(await this.resolve(run, { from, sender, recipients })) };
  }

  private async addressOf(run: MailboxRun, exchangeName: string): Promise<string | null> {
    const key = `${run.profile.id} ${exchangeName.toLowerCase()}`;
    const now = this.clock.now().getTime();
    const kept = this.known.get(key);
    if (kept && kept.until > now) return kept.address;
    const left = this.left.get(run) ?? maxAskedByRun;
    if (left === 0) return null;
    this.left.set(run, left - 1);
    try {
      const address = await run.session.resolveAddress(exchangeName, { signal: run.signal });
      // Evicts the oldest entry.
      for (const old of this.known.keys()) {
        if (this.known.size < maxKept) break;
        this.known.delete(old);
      }
      this.known.set(key, { address, until: now + keptMs });
      return address;
    } catch (error) {
      // Any error: a server, or a device in front of it, may always reject this kind of call.
      if (!(error instanceof MailServerError)) throw error;
      this.left.set(run, 0);
      return null;
    }
  }
}

const withoutRecipients = ({ from, sender }: People) => ({ from, sender });

const peopleOf = ({ from, sender, recipients }: People): MailAddress[] =>
  [from, sender, ...recipients.to, ...recipients.cc, ...recipients.bcc, ...recipients.replyTo].filter(
    (person) => person !== null,
  );
