import type { ApiAnswer } from '../../support/api.js';
import { succeeded, type WholeStage } from './whole-stage.js';

type Body = ApiAnswer['body'];

/** What a mailbox's timeline and status say. */
export class TimelineReader {
  constructor(private readonly stage: () => WholeStage) {}

  async status(mailboxId: string): Promise<Body> {
    return succeeded(await this.stage().client().get(`/v1/mailboxes/${mailboxId}/status`));
  }

  /** Codes of the reasons, what matters most first. */
  async codes(mailboxId: string): Promise<string[]> {
    return (await this.status(mailboxId)).reasons.map(({ code }: { code: string }) => code);
  }

  async page(mailboxId: string, query = ''): Promise<Body> {
    return succeeded(await this.stage().client().get(`/v1/mailboxes/${mailboxId}/timeline${query}`));
  }

  /** All entries, oldest first. */
  async told(mailboxId: string, types = '', limit = 50): Promise<Body[]> {
    const entries: Body[] = [];
    const asked = `limit=${limit}${types === '' ? '' : `&types=${types}`}`;
    for (let before: string | null = ''; before !== null;) {
      const page: Body = await this.page(mailboxId, `?${asked}${before === '' ? '' : `&before=${before}`}`);
      entries.push(...page.items);
      before = page.nextCursor;
    }
    return entries.reverse();
  }

  async titles(mailboxId: string, types = ''): Promise<string[]> {
    return (await this.told(mailboxId, types)).map(({ title }) => title);
  }
}
