import { MailServerError } from '../../drivers/port/mail-error.js';
import type { Direction, StepName, TestStep } from './mailbox-test.js';

type Ended = Omit<TestStep, 'direction'>;

/** Notes the steps of one direction as they end. */
export class TestSteps {
  private readonly ended: Ended[] = [];

  constructor(private readonly direction: Direction) {}

  get all(): readonly TestStep[] {
    return this.ended.map((step) => ({ direction: this.direction, ...step }));
  }

  /**
   * Does a step, and notes how long it took and how it ended.
   * @param detail what to say of its success
   * @throws what the work threw
   */
  async take<T>(step: StepName, work: () => Promise<T>, detail: (result: T) => string | null = () => null): Promise<T> {
    const began = performance.now();
    const ms = () => Math.round(performance.now() - began);
    try {
      const result = await work();
      this.ended.push({ step, status: 'success', ms: ms(), detail: detail(result), code: null, requestId: null });
      return result;
    } catch (error) {
      if (error instanceof MailServerError)
        this.ended.push({
          step,
          status: 'failure',
          ms: ms(),
          detail: null,
          code: error.code,
          requestId: error.details.diagnostics.requestId,
        });
      throw error;
    }
  }

  note(step: StepName, status: TestStep['status'], ms: number, detail: string, code: string | null = null): void {
    this.ended.push({ step, status, ms: Math.round(ms), detail, code, requestId: null });
  }
}
