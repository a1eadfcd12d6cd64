import { get as httpGet, type IncomingMessage } from 'node:http';
import { v7 as uuid } from 'uuid';
import { FeedWatch } from '../../src/features/feed/feed-watch.js';
import { eventually } from '../support/eventually.js';
import { WebhookStage } from './support/webhook-stage.js';

let stage: WebhookStage;
beforeEach(async () => {
  stage = await WebhookStage.open();
});
afterEach(() => stage?.close());

const read = () => stage.client().get('/v1/webhook-endpoints');
const watch = () => stage.api.app.get(FeedWatch, { strict: false });

/** A GET by node:http: fetch opens a further connection when one is given up, which then holds up the server's end. */
function get(path: string, headers: Record<string, string> = {}, token = stage.token): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpGet(stage.api.url + path, {
      agent: false,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    request.on('response', resolve);
    request.on('error', reject);
  });
}

/** A client of server-sent events, as an EventSource reads them. */
class Stream {
  readonly events: { id: string; event: string; data: { id: string } }[] = [];
  ended = false;

  private constructor(private readonly response: IncomingMessage) {}

  static async open(query = '', headers: Record<string, string> = {}, token = stage.token) {
    const response = await get(`/v1/events/stream?${query}`, headers, token);
    const stream = new Stream(response);
    if (response.statusCode === 200) void stream.follow(response);
    else response.resume();
    return { stream, response };
  }

  close(): void {
    this.response.destroy();
  }

  get ids(): string[] {
    return this.events.map(({ data }) => data.id);
  }

  private async follow(response: IncomingMessage): Promise<void> {
    let text = '';
    response.setEncoding('utf8');
    try {
      for await (const chunk of response) {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          this.take(text.slice(0, end));
          text = text.slice(end + 2);
        }
      }
    } catch {
      // The client went, or the server closed in the middle.
    }
    this.ended = true;
  }

  private take(block: string): void {
    const lines = block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);
    const { id, event, data } = Object.fromEntries(lines) as Record<string, string>;
    if (data && id && event) this.events.push({ id, event, data: JSON.parse(data) });
  }
}

describe('server-sent events', () => {
  it('tell what was there and what comes, each once and in order', async () => {
    const before = await stage.emitMany(Array.from({ length: 450 }, () => ({ mailboxId: uuid() })));
    const { stream, response } = await Stream.open();
    expect(response.headers['content-type']).toBe('text/event-stream');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['x-request-id']).toBeDefined();
    await eventually(() => stream.events.length === 450);
    const after = [await stage.emit(uuid()), await stage.emit(uuid(), { type: 'mailbox.failed' })];
    await eventually(() => stream.events.length === 452);
    expect(stream.ids).toEqual([...before, ...after]);
    expect(stream.events.at(-1)?.event).toBe('mailbox.failed');
    const [shown] = (await stage.client().get('/v1/events?limit=1')).body.items;
    expect(stream.events[0]?.data).toEqual(shown);
    stream.close();
    await eventually(() => watch().waiting === 0);
  });

  it('go on behind Last-Event-ID, or from the end', async () => {
    const [one, two] = [await stage.emit(uuid()), await stage.emit(uuid())];
    const first = await Stream.open();
    await eventually(() => first.stream.events.length === 2);
    first.stream.close();
    const again = await Stream.open('', { 'last-event-id': first.stream.events[0]?.id ?? '' });
    const fromEnd = await Stream.open('after=latest');
    await eventually(() => again.stream.events.length === 1);
    await eventually(() => watch().waiting === 2);
    const three = await stage.emit(uuid());
    await eventually(() => fromEnd.stream.events.length === 1 && again.stream.events.length === 2);
    expect([first.stream.ids, again.stream.ids, fromEnd.stream.ids]).toEqual([[one, two], [two, three], [three]]);
    again.stream.close();
    fromEnd.stream.close();
    expect((await Stream.open('', { 'last-event-id': 'nonsense' })).response.statusCode).toBe(400);
  });

  it('end when the key is revoked', async () => {
    const { body: key } = await stage.client().post('/v1/api-keys', { name: 'short', scopes: ['read'] });
    const { stream } = await Stream.open('', {}, key.token);
    await eventually(() => watch().waiting === 1);
    await stage.client().delete(`/v1/api-keys/${key.id}`);
    await eventually(() => stream.ended);
  });

  it('end when the process stops', async () => {
    const { stream } = await Stream.open('after=latest');
    await eventually(() => watch().waiting === 1);
    await watch().onModuleDestroy();
    await eventually(() => stream.ended);
  });

  it('read no further while the client does not', async () => {
    const big = 'x'.repeat(20_000);
    await stage.emitMany(Array.from({ length: 3_000 }, () => ({ data: { big } })));
    const between = jest.spyOn(stage.events, 'between');
    const response = await get('/v1/events/stream');
    await eventually(() => between.mock.calls.length > 0);
    // The client reads nothing, so that the buffers on the way fill up, long before the feed is at its end.
    const settled = async () => {
      const before = between.mock.calls.length;
      for (let turn = 0; turn < 10; turn += 1) await read();
      return between.mock.calls.length === before;
    };
    await eventually(settled);
    const pages = between.mock.calls.length;
    expect(pages).toBeLessThan(10);
    let bytes = 0;
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > 40_000_000) break;
    }
    expect(between.mock.calls.length).toBeGreaterThan(pages);
    response.destroy();
    await eventually(() => watch().waiting === 0);
  });
});
