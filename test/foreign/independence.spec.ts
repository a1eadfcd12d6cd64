import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'server');
const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));

describe('the foreign server', () => {
  it.each(files)('shares no code with the product and its sandbox: %s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const imported = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '');
    const outside = imported
      .map((module) => (module.startsWith('.') ? join(folder, file, '..', module) : module))
      .filter((module) => !module.startsWith(folder) && !/^(node:|saxes$|mailparser$|nodemailer\/)/.test(module));
    expect(outside).toEqual([]);
  });
});
