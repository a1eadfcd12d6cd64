import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { passwordVariable, UsageError } from './usage.js';

/** Where questions are asked and answered. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  /** Standard error, so that standard output holds the result alone. */
  readonly output: Writable;
}

type Fields = Readonly<Record<string, unknown>>;

/** Asks for what is missing. @throws UsageError when there is nobody to ask */
export async function askFor(fields: Fields, terminal: Terminal): Promise<Fields> {
  const { emailAddress, username, password } = fields;
  if (terminal.input.isTTY !== true) {
    if (password === undefined) throw new UsageError(`Set ${passwordVariable}: there is no terminal to ask at.`);
    return fields;
  }
  return {
    ...fields,
    emailAddress: emailAddress ?? (await line('Mailbox (e-mail address): ', terminal)),
    username: username ?? (await line('Service account: ', terminal)),
    password: password ?? (await hidden('Password (is not shown): ', terminal)),
  };
}

async function line(question: string, { input, output }: Terminal): Promise<string> {
  const reader = createInterface({ input, output });
  try {
    return (await reader.question(question)).trim();
  } finally {
    reader.close();
  }
}

/** Reads a line without showing it. */
function hidden(question: string, { input, output }: Terminal): Promise<string> {
  output.write(question);
  input.setRawMode?.(true);
  input.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const finish = (settle: () => void) => {
      input.off('data', take);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
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
    input.on('data', take);
    input.resume();
  });
}
