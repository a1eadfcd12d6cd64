import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import { join } from 'node:path';

const loader = join(import.meta.dirname, 'typescript-in-threads.cjs');
const patched = Symbol.for('postroom-threads-of-typescript');

/** Threads load the sources as Jest does. The module is Node's own, and one for all test files of a process. */
if (!(patched in workerThreads)) {
  const { Worker } = workerThreads;
  class ThreadOfTypeScript extends Worker {
    constructor(filename: string | URL, options: WorkerOptions = {}) {
      super(filename, { ...options, execArgv: [...(options.execArgv ?? []), '--require', loader] });
    }
  }
  Object.assign(workerThreads, { Worker: ThreadOfTypeScript, [patched]: true });
}
