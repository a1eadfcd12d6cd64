import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a process with this id lives, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** A container without an init process never buries its dead: signals still find them. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return afterName(readFileSync(`/proc/${pid}/stat`, 'utf8'))[0] === 'Z';
  } catch {
    return false;
  }
}

/** The fields of /proc/<pid>/stat after the name, which stands in parentheses and may hold spaces. */
function afterName(line: string): string[] {
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/**
 * A mark that two processes with one id, one after the other, do not share: process ids come back,
 * in containers within minutes and often to the very same program.
 * Null when the process is gone or the platform tells nothing.
 */
export async function processBirthmark(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    try {
      const [line, boot] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      ]);
      const startTime = afterName(line)[19];
      return `${boot.trim()}:${startTime}`;
    } catch {
      return null;
    }
  }
  return processLine(pid, 'lstart=');
}

/** Whether the process is a PostgreSQL server of this data directory; null when nothing can be learnt. */
export async function servesDataDirectory(pid: number, dataDirectory: string): Promise<boolean | null> {
  if (process.platform === 'linux') {
    // The postmaster changes into its data directory before it writes its pid file.
    const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    if (workingDirectory !== null) return workingDirectory === dataDirectory;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
    return command === null ? null : command.split('\0').includes(dataDirectory);
  }
  const command = await processLine(pid, 'command=');
  return command === null ? null : command.includes(dataDirectory);
}

async function processLine(pid: number, column: string): Promise<string | null> {
  if (process.platform === 'win32') return null;
  try {
    const { stdout } = await run('ps', ['-o', column, '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}
