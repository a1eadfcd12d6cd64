/** Characters of a piece, or more where the text has no match. */
const pieceLength = 64 * 1024;

/**
 * The pieces of `text.replace(pattern, write)`, which keeps every match until it has found the last one: of a text
 * that consists of matches, many times its memory.
 * @param pattern with the flag g
 */
export function* replacedPieces(
  text: string,
  pattern: RegExp,
  write: (match: RegExpExecArray) => string,
): Generator<string> {
  let parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(end, match.index), write(match));
    end = match.index + match[0].length;
    if (end - begin < pieceLength) continue;
    yield parts.join('');
    parts = [];
    begin = end;
  }
  yield parts.join('');
  yield text.slice(end);
}

/** As `text.replace(pattern, write)`, see `replacedPieces`. */
export function replaceEach(text: string, pattern: RegExp, write: (match: RegExpExecArray) => string): string {
  return [...replacedPieces(text, pattern, write)].join('');
}
