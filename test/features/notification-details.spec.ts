import { serviceAccount, succeeded, WholeStage } from './support/whole-stage.js';
import { minutes, NotifyingStage } from './support/notifying-stage.js';

describe('what a notification tells of the moment it happened', () => {
  let stage: NotifyingStage;

  beforeAll(async () => {
    stage = await NotifyingStage.open();
  });
  afterAll(() => stage.close());

  it('names the first import of a mailbox that was never let in', async () => {
    const { ids } = await stage.profileWith(1, { ownerEmail: 'newcomer@example.com' });
    await stage.stop(ids[0] ?? '');
    await stage.pass(2 * minutes);
    const [mail] = stage.smtp.mails.filter(({ recipients }) => recipients.includes('newcomer@example.com'));
    expect(mail?.text).toContain('the first import');
  });

  it('names the message that was being sent', async () => {
    const { whole, smtp } = stage;
    const { ids } = await stage.profileWith(1, { ownerEmail: 'sender@example.com' });
    const [id = ''] = ids;
    const message = { mailboxId: id, to: ['friend@elsewhere.example'], subject: 'Offer 4711', text: 'x' };
    const { id: messageId } = succeeded(await whole.client().post('/v1/outgoing-messages', message));
    await whole.dataSource.query(`UPDATE outgoing_messages SET failure = $2 WHERE id = $1`, [
      messageId,
      { code: 'ErrorImpersonateUserDenied' },
    ]);
    const failure = { ...stage.failure(), during: 'outgoing' as const, answer: '<s:Fault>denied</s:Fault>' };
    await stage.report(id, { type: 'work-denied', kind: 'outgoing', failure, confirmed: true });
    await stage.pass(2 * minutes);
    const [mail] = smtp.mails.filter(({ recipients }) => recipients.includes('sender@example.com'));
    for (const part of ['sending the message “Offer 4711”', 'What the server answered', '<s:Fault>denied</s:Fault>'])
      expect(mail?.text).toContain(part);
    expect(mail?.parsed.html).toContain('&lt;s:Fault&gt;denied');
  });
});

describe('a mailbox that was never let in', () => {
  it('shows what the server answered, without a secret', async () => {
    const stage = await WholeStage.open({ addresses: ['ann@example.com'] });
    try {
      await stage.makeMailbox('ann@example.com');
      stage.sandbox.control.revoke(serviceAccount, ['ann@example.com']);
      for (let look = 0; look < 3; look += 1) {
        stage.clock.advance(90_000);
        while ((await stage.round()) > 0);
      }
      const [incident] = await stage.client().all('/v1/incidents');
      expect(incident.answer).toMatch(/<[\w:]*Envelope/);
      expect(incident.answer).toContain('ErrorImpersonateUserDenied');
      expect(incident.answer.length).toBeLessThanOrEqual(1_500);
      expect(incident.answer).not.toContain('Correct-Horse-1');
    } finally {
      await stage.close();
    }
  });
});
