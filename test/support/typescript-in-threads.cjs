/** Required by each thread that a test starts: lets it load the sources, `./x.js` as `./x.ts`, as Jest does in tests. */
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

const { $schema: _schema, ...swcrc } = JSON.parse(readFileSync(join(__dirname, '../../.swcrc'), 'utf8'));
const options = { ...swcrc, swcrc: false, sourceMaps: 'inline', module: { type: 'commonjs' } };

const resolve = Module._resolveFilename;
Module._resolveFilename = (request, parent, ...rest) => {
  try {
    return resolve(request, parent, ...rest);
  } catch (error) {
    if (!/^(?:\.{1,2})?\/.*\.js$/.test(request)) throw error;
    return resolve(request.replace(/\.js$/, '.ts'), parent, ...rest);
  }
};

Module._extensions['.ts'] = (module, filename) => {
  if (!existsSync(filename)) throw new Error(`there is no ${filename}`);
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};
