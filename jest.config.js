// The tests are compiled to CommonJS, ESM dependencies included: Jest's native ESM keeps every
// module of every test file alive, which grows to gigabytes over a hundred files.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const modules = join(root, 'node_modules');

/** Packages right in a node_modules folder, by name and place. */
function packagesIn(folder) {
  return readdirSync(folder)
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) =>
      entry.startsWith('@') ? readdirSync(join(folder, entry)).map((child) => `${entry}/${child}`) : [entry],
    )
    .map((name) => ({ name, place: join(folder, name) }));
}

/** Names of the installed packages that ship ES modules only and so need the transform, nested ones too. */
function esmPackages(folder = modules) {
  return packagesIn(folder).flatMap(({ name, place }) => {
    const manifest = join(place, 'package.json');
    const nested = join(place, 'node_modules');
    const isEsm = existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
    return [...(isEsm ? [name] : []), ...(existsSync(nested) ? esmPackages(nested) : [])];
  });
}

const esm = [...new Set(esmPackages())].join('|');
const swc = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
delete swc.$schema;
const commonjs = { swcrc: false, module: { type: 'commonjs' }, sourceMaps: 'inline' };

export default {
  rootDir: '.',
  testEnvironment: '<rootDir>/test/support/jest/environment.cjs',
  runtime: '<rootDir>/test/support/jest/runtime.cjs',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...swc, ...commonjs }],
    '^.+\\.m?js$': ['@swc/jest', { ...commonjs, jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esm})/)`, '\\.cjs$'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFiles: ['<rootDir>/test/support/each-file.ts', '<rootDir>/test/support/threads.ts'],
  reporters: ['<rootDir>/test/support/skipped-tests-reporter.js', 'default'],
  testTimeout: 300_000,
  // One more than the two cores that are promised: half of the tests wait for servers, browsers and pauses.
  maxWorkers: 3,
};
