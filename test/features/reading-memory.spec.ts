import { itemProperties } from './support/item-properties.js';
import { largeMessages } from './support/large-messages.js';
import { readingMemory, type ReadingMemory } from './support/reading-memory.js';

/** What a thread takes for its young objects, however small its message is. In bytes. */
const fixed = 8 * 1024 * 1024;
const runs = 3;

describe('the memory that reading a message takes beside the message itself', () => {
  let memory: ReadingMemory;
  beforeAll(async () => {
    memory = await readingMemory(itemProperties());
  });
  afterAll(() => memory.remove());

  it.each(largeMessages)('is a few times its size: $name', async ({ mime, isWide }) => {
    const message = mime();
    // How much a garbage collector leaves for later is chance; what is needed is needed each time.
    let least = Infinity;
    const most = (isWide ? 8 : 4) * message.length + fixed;
    for (let run = 0; run < runs && least > most; run += 1) least = Math.min(least, await memory.added(message));
    expect(least).toBeLessThan(most);
  });
});
