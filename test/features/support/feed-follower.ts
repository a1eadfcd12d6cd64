import { get as httpGet, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  comparePositions,
  decodePosition,
  feedStart,
  type FeedPosition,
} from '../../../src/features/feed/feed-position.js';
import { eventually } from '../../support/eventually.js';

/** An event as a reader of the feed is shown it. */
interface Shown {
  readonly id: string;
}

const everyMs = 10;

/**
 * An application that follows the feed over HTTP, by a cursor that it moves only when an answer has arrived. It
 * tries again after every error, as one does whose server is away for a moment.
 */
export abstract class FeedFollower {
  /** Every event in the order in which it came. */
  readonly ids: string[] = [];
  /** Every answer but 200 that there was. */
  readonly refusals = new Set<number | undefined>();
  private looks = 0;
  private stopping = false;
  private done: Promise<void> | null = null;
  protected cursor: string | null = null;

  /** @param query of the feed: what is picked, and how long an answer may wait */
  constructor(
    protected readonly url: string,
    private readonly token: string,
    readonly query = '',
  ) {}

  start(): void {
    this.done ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.cut();
    await this.done;
  }

  /** Until its cursor has come to this position. */
  async reached(position: FeedPosition): Promise<void> {
    await eventually(() => comparePositions(decodePosition(this.cursor ?? undefined) ?? feedStart, position) >= 0);
  }

  /** Until the feed has been looked at from beginning to end since now. */
  async looked(): Promise<void> {
    const wanted = this.looks + 2;
    await eventually(() => this.looks >= wanted);
  }

  /** Reads once, and takes what comes. @throws when there is no whole answer */
  protected abstract look(): Promise<void>;

  /** Gives up an answer that is still awaited. */
  protected cut(): void {}

  protected take({ id }: Shown): void {
    this.ids.push(id);
  }

  protected open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpGet(this.url + path, {
        agent: false,
        headers: { authorization: `Bearer ${this.token}`, ...headers },
      });
      request.on('response', (response) => {
        if (response.statusCode === 200) return resolve(response);
        response.resume();
        this.refusals.add(response.statusCode);
        reject(new Error(`answered ${response.statusCode}`));
      });
      request.on('error', reject);
    });
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.look();
        this.looks += 1;
      } catch {
        // The server is away for a moment.
      }
      await pause(everyMs);
    }
  }
}

/** Asks again and again, at once or with `wait`. */
export class PollingFollower extends FeedFollower {
  protected override async look(): Promise<void> {
    const after = this.cursor === null ? '' : `&after=${this.cursor}`;
    const response = await this.open(`/v1/events?limit=200${this.query}${after}`);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    const page = JSON.parse(text) as { items: Shown[]; nextCursor: string };
    for (const event of page.items) this.take(event);
    this.cursor = page.nextCursor;
  }
}

/** Follows the stream, and comes again with the last id when it ends. */
export class StreamingFollower extends FeedFollower {
  private response: IncomingMessage | null = null;

  protected override async look(): Promise<void> {
    const headers = this.cursor === null ? undefined : { 'last-event-id': this.cursor };
    this.response = await this.open(`/v1/events/stream?${this.query}`, headers);
    let text = '';
    for await (const chunk of this.response) {
      const blocks = (text + String(chunk)).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.read(block);
    }
  }

  protected override cut(): void {
    this.response?.destroy();
  }

  private read(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.split(': ')[1]]));
    const data = block.split('\n').find((line) => line.startsWith('data: '));
    if (data) this.take(JSON.parse(data.slice('data: '.length)) as Shown);
    this.cursor = fields.get('id') ?? this.cursor;
  }
}
