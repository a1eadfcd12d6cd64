export interface RemedyCommand {
  readonly purpose: string;
  /** Where it is typed. */
  readonly shell: string;
  readonly command: string;
}

export interface RemedyParts {
  readonly advice: string;
  readonly commands: readonly RemedyCommand[];
}

const indent = '  ';

/**
 * Takes a remedy, which the API gives as one text, apart into what to do and the commands to copy. Commands are
 * indented below their purpose, and each group has a heading that ends in a colon.
 */
export function remedyParts(remedy: string): RemedyParts {
  const lines = remedy.split('\n');
  const isCommand = (index: number) => lines[index]?.startsWith(indent) === true;
  const advice: string[] = [];
  const commands: { readonly purpose: string; readonly shell: string; readonly lines: string[] }[] = [];
  let shell = '';
  lines.forEach((line, index) => {
    const last = commands.at(-1);
    if (isCommand(index) && last) last.lines.push(line.slice(indent.length));
    else if (isCommand(index + 1)) commands.push({ purpose: line, shell, lines: [] });
    else if (line.endsWith(':') && isCommand(index + 2)) shell = line.slice(0, -1);
    else advice.push(line);
  });
  return {
    advice: advice.join('\n'),
    commands: commands.map(({ lines: command, ...about }) => ({ ...about, command: command.join('\n') })),
  };
}
