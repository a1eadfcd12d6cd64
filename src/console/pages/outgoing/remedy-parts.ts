/** A remedy is text; its indented lines are commands. */
export interface RemedyPart {
  readonly kind: 'words' | 'commands';
  readonly text: string;
}

const indented = /^ {2,}/;

/** The remedy of a failure, split into what to read and what to run. */
export function remedyParts(remedy: string): readonly RemedyPart[] {
  const parts: { kind: RemedyPart['kind']; lines: string[] }[] = [];
  for (const line of remedy.split('\n')) {
    const kind = indented.test(line) ? 'commands' : 'words';
    const last = parts.at(-1);
    if (last?.kind === kind) last.lines.push(line.replace(indented, ''));
    else parts.push({ kind, lines: [line.replace(indented, '')] });
  }
  return parts.map(({ kind, lines }) => ({ kind, text: lines.join('\n').trim() })).filter(({ text }) => text !== '');
}
