const { ModernFakeTimers } = require('@jest/fake-timers');
const { TestEnvironment } = require('jest-environment-node');

/** What jest-circus keeps of a file: its tests, and handlers of its events, which would hear those of the next file too. */
const ofTheFramework =
  /^(?:JEST_STATE_SYMBOL|EVENT_HANDLERS|RETRY_TIMES|RETRY_IMMEDIATELY|WAIT_BEFORE_RETRY|LOG_ERRORS_BEFORE_RETRY|TEST_TIMEOUT_SYMBOL)$/;

/**
 * Runs a test file in the worker's own context, where Jest makes a new one for each file.
 *
 * Packages can then be loaded once per worker (runtime.cjs): with a context per file, an Error or an Array of a package
 * would not be an instance of the file's Error or Array. What a file leaves in the environment or on the process is
 * taken back after it. What it leaves on globalThis stays, so files put things there in hooks that undo it.
 */
module.exports = class SharedContextEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.before = { env: { ...process.env }, listeners: listenersOf(process), exit: process.exit };
    this.global = globalThis;
    this.fakeTimersModern = new ModernFakeTimers({ config: config.projectConfig, global: globalThis });
  }

  async teardown() {
    const { env, listeners, exit } = this.before;
    this.moduleMocker.restoreAllMocks();
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    for (const [event, present] of listenersOf(process))
      for (const listener of present)
        if (!listeners.get(event)?.includes(listener)) process.removeListener(event, listener);
    process.exit = exit;
    for (const key of Object.getOwnPropertySymbols(globalThis))
      if (ofTheFramework.test(key.description ?? '')) delete globalThis[key];
    await super.teardown();
  }
};

/** But for those of the process's end: packages that outlive the file clean up there. */
function listenersOf(emitter) {
  const events = emitter.eventNames().filter((event) => event !== 'exit' && event !== 'beforeExit');
  return new Map(events.map((event) => [event, emitter.rawListeners(event)]));
}
