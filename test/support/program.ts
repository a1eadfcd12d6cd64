import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CompiledSources } from './compiled-sources.js';
import { eventually } from './eventually.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `node dist/src/main.js` in a process of its own. */
export interface Program {
  readonly pid: number;
  /** Everything written so far, to both streams. */
  output(): string;
  /** Where it listens, as it says itself. */
  url(): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
  /** SIGKILL: it can put nothing in order. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Exit>;
}

/** Starts the program with these settings and no others. @param cwd where `.postroom` is made */
export function startProgram(
  compiled: CompiledSources,
  settings: Readonly<Record<string, string>>,
  cwd: string,
  args: readonly string[] = [],
): Program {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', ...settings };
  const child = spawn(process.execPath, [join(compiled.folder, 'src', 'main.js'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => written.push(data.toString()));
  const output = () => written.join('');
  const exited: Promise<Exit> = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  // A test run that is interrupted takes its children along.
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  void exited.then(() => process.off('exit', killNow));

  return {
    pid: child.pid ?? 0,
    output,
    exited,
    url: () =>
      eventually(
        () => {
          if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output()}`);
          const line = output()
            .split('\n')
            .find((text) => text.includes('"msg":"Postroom runs"'));
          return line !== undefined && (JSON.parse(line).url as string);
        },
        // Loading the program alone takes a machine with much else to do a minute.
        { timeoutMs: 180_000 },
      ),
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
