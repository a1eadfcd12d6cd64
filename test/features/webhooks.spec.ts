import { v7 as uuid } from 'uuid';
import { Webhook } from 'standardwebhooks';
import { WebhookStage } from './support/webhook-stage.js';

describe('webhooks', () => {
  let stage: WebhookStage;
  beforeEach(async () => {
    stage = await WebhookStage.open();
  });
  afterEach(() => stage?.close());

  it('tells an endpoint of events, signed', async () => {
    const { id, secret } = await stage.endpoint();
    const eventId = await stage.emit(uuid());
    await stage.deliver();
    const [received] = stage.receiver.received;
    expect(received?.id).toBe(eventId);
    expect(new Webhook(secret).verify(received?.text ?? '', received?.headers ?? {})).toMatchObject({
      type: 'message.received',
      data: { id: eventId, profileId: stage.profileId },
    });
    expect(await stage.deliveries(id)).toMatchObject([
      { id: eventId, state: 'delivered', attempts: 1, lastStatus: 204 },
    ]);
  });
});
