import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSecret } from '../../src/platform/secrets/kept-secret.js';
import { parseKeyRing, type KeyRing } from '../../src/platform/secrets/key-ring.js';
import { SecretBox, sealedPattern, SecretUnreadable } from '../../src/platform/secrets/secret-box.js';

const newKey = () => randomBytes(32).toString('base64');
const ringOf = (text: string): KeyRing => {
  const ring = parseKeyRing(text);
  if (typeof ring === 'string') throw new Error(ring);
  return ring;
};

describe('a sealed secret', () => {
  const [first, second] = [newKey(), newKey()];
  const box = new SecretBox(ringOf(`k1:${first}`));

  it.each(['', 'secret', 'ünïcode 🔑', 'x'.repeat(5_000), 'a:b:c', '\0\n'])('opens for its own row: %j', (plain) => {
    const sealed = box.seal(plain, 'row/1');
    expect(sealed).toMatch(sealedPattern);
    expect(box.open(sealed, 'row/1')).toBe(plain);
  });

  it('looks different each time', () => {
    expect(new Set(Array.from({ length: 50 }, () => box.seal('same', 'row/1'))).size).toBe(50);
  });

  it('does not open for another row', () => {
    expect(() => box.open(box.seal('secret', 'row/1'), 'row/2')).toThrow(SecretUnreadable);
  });

  it('does not open after any change to it', () => {
    const sealed = box.seal('secret', 'row/1');
    const [version = '', id = '', base64 = ''] = sealed.split(':');
    const bytes = Buffer.from(base64, 'base64');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => box.open(`${version}:${id}:${changed.toString('base64')}`, 'row/1')).toThrow(SecretUnreadable);
    }
    for (const cut of [0, 5, 27, bytes.length - 1])
      expect(() => box.open(`${version}:${id}:${bytes.subarray(0, cut).toString('base64')}`, 'row/1')).toThrow(
        SecretUnreadable,
      );
    for (const other of ['', 'plain text', `v2:${id}:${base64}`, `v1:k9:${base64}`])
      expect(() => box.open(other, 'row/1')).toThrow(SecretUnreadable);
  });

  it('names the missing key by its id, and nothing else', () => {
    const sealed = box.seal('secret', 'row/1');
    const other = new SecretBox(ringOf(`k2:${second}`));
    expect(() => other.open(sealed, 'row/1')).toThrow(
      'the key "k1" is not in POSTROOM_SECRET_KEYS; add it behind the current one',
    );
    const wrong = new SecretBox(ringOf(`k1:${second}`));
    expect(() => wrong.open(sealed, 'row/1')).toThrow('another key of the same id');
  });

  it('survives a rotation: the new key seals, the old one still opens', () => {
    const old = box.seal('secret', 'row/1');
    const rotated = new SecretBox(ringOf(`k2:${second},k1:${first}`));
    expect(rotated.open(old, 'row/1')).toBe('secret');
    expect([rotated.isStale(old), box.isStale(old)]).toEqual([true, false]);
    const renewed = rotated.seal('secret', 'row/1');
    expect(rotated.isStale(renewed)).toBe(false);
    expect(new SecretBox(ringOf(`k2:${second}`)).open(renewed, 'row/1')).toBe('secret');
  });
});

describe('a key ring', () => {
  it('seals with its first key and knows all', () => {
    const ring = ringOf(` a-1:${newKey()} , b_2:${newKey()}`);
    expect([ring.encryptingId, [...ring.keys.keys()]]).toEqual(['a-1', ['a-1', 'b_2']]);
  });

  it.each([
    ['', 'entry 1 is not of that form'],
    [`k1:${newKey()},`, 'entry 2 is not of that form'],
    [`k 1:${newKey()}`, 'entry 1 is not of that form'],
    [`${'k'.repeat(33)}:${newKey()}`, 'entry 1 is not of that form'],
    [newKey(), 'entry 1 is not of that form'],
    [`k1:${randomBytes(16).toString('base64')}`, 'keys of 32 bytes, entry 1 has 16'],
    [`k1:${newKey()},k1:${newKey()}`, 'the key id k1 twice'],
  ])('says what is wrong and repeats no key', (text, problem) => {
    const answer = parseKeyRing(text);
    expect(answer).toContain(problem);
    for (const part of text.split(/[:,]/).filter((each) => each.length > 20)) expect(answer).not.toContain(part);
  });
});

describe('a kept secret', () => {
  it('is made once, however many ask at once, and only its owner can read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postroom-test-secret-'));
    try {
      const path = join(folder, 'deep', 'secret');
      let made = 0;
      const ask = () => keptSecret(path, () => `secret-${(made += 1)}`);
      expect(await ask()).toBe('secret-1');
      expect(await Promise.all([ask(), ask(), ask()])).toEqual(['secret-1', 'secret-1', 'secret-1']);
      expect(made).toBe(1);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readFile(path, 'utf8')).toBe('secret-1\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
