import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../platform/config/settings.js';
import { publicUrlOf } from '../../platform/config/public-url.js';
import { defineProblem, Problem } from '../../platform/http/problem.js';
import { SETTINGS } from '../../platform/tokens.js';
import { htmlPage } from './notification-html.js';
import { plainText } from './notification-plain.js';
import type { Block } from './notification-document.js';
import { NotificationsStore } from './notifications.store.js';
import { smtpFailure } from './smtp-refusal.js';
import { safeWords, smtpServerOf, type SmtpServer } from './smtp-server.js';
import { smtpRemedies, smtpStageOf } from './smtp-stage.js';
import { smtpTransport } from './smtp-transport.js';

export const smtpNotConfigured = defineProblem({
  code: 'smtp-not-configured',
  status: 409,
  title: 'There is no mail server to send by',
  retryable: false,
  remediation: 'Set SMTP_URL and NOTIFY_FROM in every process, and restart them.',
});

/** 422 and not 502, which some proxies answer with a page of their own. */
export const smtpRefused = defineProblem({
  code: 'smtp-refused',
  status: 422,
  title: 'The mail server did not take the mail',
  retryable: true,
  remediation: 'See `stage` and `response` for how far it came and what the server said.',
});

export interface EmailChannelState {
  /** Null: SMTP_URL is not set. */
  readonly server: SmtpServer | null;
  readonly from: string;
  readonly trouble: { readonly since: Date; readonly waiting: number; readonly words: string } | null;
}

/** A person waits for the answer, and proxies before us give up after a minute. */
const patience = { connectMs: 10_000, answerMs: 15_000 };

/** Mail as a way to tell people: how it is set up, how it goes, and a test of it. */
@Injectable()
export class EmailChannel {
  constructor(
    private readonly notifications: NotificationsStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async state(): Promise<EmailChannelState> {
    const { smtpUrl, notifyFrom } = this.settings;
    if (smtpUrl === null) return { server: null, from: notifyFrom, trouble: null };
    const [oldest, { failing }] = await Promise.all([this.notifications.oldestFailing(), this.notifications.waiting()]);
    const trouble = oldest && { since: oldest.since, waiting: failing, words: safeWords(oldest.words, smtpUrl) };
    return { server: smtpServerOf(smtpUrl), from: notifyFrom, trouble };
  }

  /**
   * Sends a mail as notifications are sent.
   * @returns the server's last answer
   * @throws Problem smtp-not-configured, smtp-refused
   */
  async sendTest(to: string): Promise<string> {
    const { smtpUrl, notifyFrom } = this.settings;
    const transport = smtpTransport(this.settings, patience);
    if (smtpUrl === null || transport === null) throw new Problem(smtpNotConfigured);
    const subject = 'Postroom: a test of mail to owners';
    const blocks = testBlocks(publicUrlOf(this.settings));
    try {
      const { response }: { response?: unknown } = await transport.sendMail({
        from: notifyFrom,
        to: { name: '', address: to },
        subject,
        text: plainText(blocks),
        html: htmlPage(subject, blocks),
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return safeWords(typeof response === 'string' ? response : '', smtpUrl);
    } catch (error) {
      const stage = smtpStageOf(error);
      const { host, port } = smtpServerOf(smtpUrl);
      const response = safeWords(smtpFailure(error).words, smtpUrl);
      throw new Problem(smtpRefused, `${host}:${port} did not take the mail, at the stage ${stage}: ${response}`, {
        remediation: smtpRemedies[stage],
        members: { stage, response },
      });
    } finally {
      transport.close();
    }
  }
}

const testBlocks = (url: string): Block[] => [
  { kind: 'lead', text: 'This is a test.' },
  {
    kind: 'paragraph',
    text: 'Somebody asked Postroom to send it, to see that mail about incidents arrives. There is nothing to do.',
  },
  { kind: 'link', label: 'Postroom', url },
];
