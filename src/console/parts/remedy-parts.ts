/** A piece of a remedy: words, or a command with what it is for. */
export type RemedyPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly purpose: string; readonly shell: string; readonly command: string };

const indented = /^ {2,}/;
/** "In the Exchange Management Shell:" stands above the purposes of the commands that are typed there. */
const heading = /^In (?:the |a )?(.+):$/;

/**
 * A remedy, which the API gives as one text, taken apart: lines that are set in are commands, the line above says what for,
 * and a heading above that where they are typed.
 */
export function remedyParts(remedy: string): RemedyPart[] {
  const parts: RemedyPart[] = [];
  let shell = '';
  let words: string[] = [];
  let command: string[] = [];
  const endCommand = () => {
    if (command.length === 0) return;
    const purpose = words.pop() ?? 'Run this.';
    endWords();
    parts.push({ kind: 'command', purpose: purpose.replace(/:$/, '.'), shell, command: command.join('\n') });
    command = [];
  };
  const endWords = () => {
    for (const text of words) parts.push({ kind: 'text', text });
    words = [];
  };
  const lines = remedy.split('\n');
  for (const [index, line] of lines.entries()) {
    if (indented.test(line)) command.push(line.replace(/^ {2}/, ''));
    else {
      endCommand();
      const place = heading.exec(line)?.[1];
      // With a command right below, it is the purpose of that.
      if (place !== undefined && !indented.test(lines[index + 1] ?? '')) shell = place;
      else if (line.trim() !== '') words.push(line);
    }
  }
  endCommand();
  endWords();
  return parts;
}
