const { createRequire, isBuiltin } = require('node:module');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/**
 * Loads packages with Node's own `require`, once per worker, and the project's files anew for each test file.
 *
 * With Jest's runtime each of 230 files loaded Nest, TypeORM, BullMQ and the rest again: two thirds of the time that it
 * took to load the server. jest.mock() of a package has no effect; nothing here uses it.
 */
class SharedPackagesRuntime extends Runtime {
  #requireFrom = new Map();

  constructor(...args) {
    super(...args);
    const { executor } = this;
    if (typeof executor?.compile !== 'function') throw new Error('jest-runtime has changed: adapt this file to it');
    // As the original, but in this context: see environment.cjs.
    executor.compile = (source, filename) => compileFunction(source, executor.injectedModuleParameters, { filename });
  }

  requireModuleOrMock(from, name) {
    if (!isPackage(name)) return super.requireModuleOrMock(from, name);
    let requireFrom = this.#requireFrom.get(from);
    if (requireFrom === undefined) this.#requireFrom.set(from, (requireFrom = createRequire(from)));
    return requireFrom(name);
  }
}

function isPackage(name) {
  return !name.startsWith('.') && !name.startsWith('/') && !isBuiltin(name) && name !== '@jest/globals';
}

module.exports = { __esModule: true, default: SharedPackagesRuntime };
