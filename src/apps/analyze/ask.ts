import { createInterface } from 'node:readline/promises';
import { passwordVariable, UsageError } from './usage.js';

const { stdin, stderr } = process;

/** Asks for what is missing, on standard error, so that standard output holds the result alone. */
export async function askFor(fields: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const { emailAddress, username, password } = fields;
  const interactive = stdin.isTTY === true;
  if (!interactive) {
    if (password === undefined) throw new UsageError(`Set ${passwordVariable}: there is no terminal to ask at.`);
    return { ...fields };
  }
  return {
    ...fields,
    emailAddress: emailAddress ?? (await line('Mailbox (e-mail address): ')),
    username: username ?? (await line('Service account: ')),
    password: password ?? (await hidden('Password (is not shown): ')),
  };
}

async function line(question: string): Promise<string> {
  const reader = createInterface({ input: stdin, output: stderr });
  try {
    return (await reader.question(question)).trim();
  } finally {
    reader.close();
  }
}

/** Reads a line without showing it. */
function hidden(question: string): Promise<string> {
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const finish = (settle: () => void) => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const take = (data: string) => {
      for (const character of data) {
        if (character === '\r' || character === '\n') return finish(() => resolve(typed.join('')));
        // Ctrl-C and Ctrl-D, which raw mode hands over as characters.
        if (character === '\u0003' || character === '\u0004')
          return finish(() => reject(new UsageError('No password was given.')));
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else if (character === '\u0015') typed = [];
        else typed.push(character);
      }
    };
    stdin.on('data', take);
  });
}
