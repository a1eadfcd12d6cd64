import type { ServerResponse } from 'node:http';
import type { Behaviour } from '../behaviour.js';
import type { Call } from '../operations/call.js';
import { listOf } from '../operations/targets.js';
import { writeStreamedEnvelope } from '../soap/envelope.js';
import { ItemError } from '../soap/faults.js';
import type { MailboxEvent } from '../store/mailbox-events.js';
import type { XmlElement } from '../xml/element.js';
import { dateTime, element, textElement } from '../xml/write-xml.js';
import { type Subscription, Subscriptions } from './subscriptions.js';

/** The hanging answers of GetStreamingEvents: one envelope after the other on a chunked response. */
export class StreamingConnections {
  readonly subscriptions = new Subscriptions();
  private readonly open = new Set<() => void>();

  constructor(private readonly behaviour: Behaviour) {}

  /** Ends all hanging answers, at the server's end. */
  close(): void {
    for (const end of this.open) end();
  }

  /** Answers until the client's ConnectionTimeout (minutes) is over or it hangs up. */
  async serve(
    call: Call,
    request: XmlElement,
    response: ServerResponse,
    record: (envelope: string) => void,
  ): Promise<void> {
    const minutes = Number(request.childText('ConnectionTimeout'));
    const ids = listOf(request, 'SubscriptionIds').map((id) => id.text.trim());
    const send = (content: string, error?: ItemError): void => {
      const head = error
        ? textElement('m:MessageText', error.message) +
          textElement('m:ResponseCode', error.code) +
          textElement('m:DescriptiveLinkKey', 0)
        : '<m:ResponseCode>NoError</m:ResponseCode>';
      const message = element('m:GetStreamingEventsResponseMessage', head + content, {
        ResponseClass: error ? 'Error' : 'Success',
      });
      const envelope = writeStreamedEnvelope(element('m:ResponseMessages', message), call.style);
      record(envelope);
      response.write(envelope);
    };

    response.statusCode = 200;
    response.setHeader('Content-Type', 'text/xml; charset=utf-8');
    const lost = ids.filter((id) => !this.subscriptions.get(id));
    if (lost.length > 0) {
      const list = element('m:ErrorSubscriptionIds', lost.map((id) => textElement('m:SubscriptionId', id)).join(''));
      send(list, new ItemError('ErrorSubscriptionNotFound'));
      response.end();
      return;
    }
    send('<m:ConnectionStatus>OK</m:ConnectionStatus>');
    await this.hang(ids, minutes * 60_000, response, send);
  }

  private hang(
    ids: readonly string[],
    forMs: number,
    response: ServerResponse,
    send: (content: string) => void,
  ): Promise<void> {
    const subscriptions = ids.flatMap((id) => this.subscriptions.get(id) ?? []);
    return new Promise((resolve) => {
      const flush = (): void => {
        const told = subscriptions.filter((subscription) => subscription.waiting.length > 0).map(writeNotification);
        if (told.length > 0) send(element('m:Notifications', told.join('')));
      };
      const beat = (): void => {
        send(
          element(
            'm:Notifications',
            subscriptions.map((subscription) => notification(subscription, '<t:StatusEvent/>')).join(''),
          ),
        );
      };
      const heartbeat = setInterval(beat, this.behaviour.heartbeatMs);
      const finish = (): void => {
        clearInterval(heartbeat);
        clearTimeout(timeout);
        this.open.delete(end);
        for (const subscription of subscriptions) subscription.wake = null;
        resolve();
      };
      const end = (): void => {
        send('<m:ConnectionStatus>Closed</m:ConnectionStatus>');
        response.end();
        finish();
      };
      const timeout = setTimeout(end, forMs);
      this.open.add(end);
      response.on('close', finish);
      // Events of one turn go out together.
      let scheduled = false;
      for (const subscription of subscriptions) {
        subscription.wake = () => {
          if (scheduled) return;
          scheduled = true;
          setImmediate(() => {
            scheduled = false;
            if (!response.writableEnded) flush();
          });
        };
      }
      flush();
    });
  }
}

/** Notifications, and the ids of lost subscriptions, are in the messages namespace, whatever the schema says. */
const notification = (subscription: Subscription, events: string): string =>
  element('m:Notification', textElement('t:SubscriptionId', subscription.id) + events);

function writeNotification(subscription: Subscription): string {
  return notification(subscription, subscription.waiting.splice(0).map(writeEvent).join(''));
}

function writeEvent(event: MailboxEvent): string {
  const ids = (item: string, parent: string, of: Pick<MailboxEvent, 'itemId' | 'changeKey' | 'folder'>): string =>
    element(item, '', { Id: of.itemId, ChangeKey: of.changeKey }) +
    element(parent, '', { Id: of.folder.id, ChangeKey: of.folder.info.changeKey });
  const old = event.old ? ids('t:OldItemId', 't:OldParentFolderId', event.old) : '';
  return element(
    `t:${event.type}`,
    textElement('t:TimeStamp', dateTime(event.at)) + ids('t:ItemId', 't:ParentFolderId', event) + old,
  );
}
