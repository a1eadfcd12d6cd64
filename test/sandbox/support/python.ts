import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Debian's own interpreter, which has Debian's modules. */
export const PYTHON = '/usr/bin/python3';

/** Runs a script of this folder without blocking, as the server it talks to lives in this process; its output is JSON. */
export function python(script: string, args: string[]): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, [join(__dirname, script), ...args], { env: { ...process.env, PYTHONUTF8: '1' } });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Record<string, unknown>);
      else reject(new Error(errors.slice(-4000)));
    });
  });
}
