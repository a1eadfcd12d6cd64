import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WholeStage } from './support/whole-stage.js';

const generated = join(process.cwd(), 'src/console/api/schema.ts');
const generator = join(process.cwd(), 'node_modules/openapi-typescript/bin/cli.js');

let stage: WholeStage;
let folder: string;
beforeAll(async () => {
  stage = await WholeStage.open();
  folder = await mkdtemp(join(tmpdir(), 'postroom-types-'));
});
afterAll(async () => {
  await stage?.close();
  await rm(folder, { recursive: true, force: true });
});

it('the console is compiled against the API as it is: `npm run console:types` writes the types anew', async () => {
  const document = (await stage.client().get('/openapi.json')).body;
  // The text for readers holds the table of problems, which is no type.
  document.info.description = '';
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(document));
  const target = join(folder, 'schema.d.ts');
  await promisify(execFile)(process.execPath, [
    generator,
    join(folder, 'openapi.json'),
    '-o',
    target,
    '--root-types',
    '--root-types-no-schema-prefix',
  ]);
  const types = await readFile(target, 'utf8');
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(generated, types);
  expect(await readFile(generated, 'utf8')).toBe(types);
});
