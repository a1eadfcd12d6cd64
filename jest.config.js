// The tests are compiled to CommonJS, ESM dependencies included: Jest's native ESM keeps every
// module of every test file alive, which grows to gigabytes over a hundred files.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const modules = join(root, 'node_modules');

/** Names of the installed packages that ship ES modules only and so need the transform. */
function esmPackages() {
  const names = readdirSync(modules)
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) =>
      entry.startsWith('@') ? readdirSync(join(modules, entry)).map((child) => `${entry}/${child}`) : [entry],
    );
  return names.filter((name) => {
    const manifest = join(modules, name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
  });
}

const swc = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
delete swc.$schema;
const commonjs = { swcrc: false, module: { type: 'commonjs' }, sourceMaps: 'inline' };

export default {
  rootDir: '.',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...swc, ...commonjs }],
    '^.+\\.m?js$': ['@swc/jest', { ...commonjs, jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages().join('|')})/)`, '\\.cjs$'],
  setupFiles: ['reflect-metadata'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
