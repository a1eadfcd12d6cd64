import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { responseCodes } from '../../src/drivers/ews/codes/response-codes.js';

/** Everything that is to work with another kind of mail server as it is. */
const folders = ['src/features', 'src/apps', 'src/platform', 'src/drivers/port'];

const root = join(import.meta.dirname, '../..');
const known = new Set(Object.keys(responseCodes));

/** A code of EWS in a text, or what looks like one that no table has yet. */
const codeIn = (text: string): string | null => {
  const looksLike = /(?<![A-Za-z])Error(?:[A-Z][A-Za-z]+|\(\?:[A-Z]\w+)/.exec(text)?.[0];
  return looksLike ?? text.match(/\w+/g)?.find((word) => known.has(word)) ?? null;
};

/** What a program can compare or show: literals, and the names of properties; no comments, types or variables. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node)) return node.text;
  if (ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) return node.text;
  if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) return node.name.text;
  return null;
}

function codesIn(name: string, source: string): string[] {
  // Parsing all files takes long, and most name none anywhere.
  if (codeIn(source) === null) return [];
  const found: string[] = [];
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const text = ts.isImportDeclaration(node) ? null : textOf(node);
    const code = text === null ? null : codeIn(text);
    if (code !== null) found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${code}`);
    if (!ts.isImportDeclaration(node)) ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));

it.each(folders)('%s names no response code of EWS', (folder) => {
  const files = filesOf(folder);
  expect(files.length).toBeGreaterThan(5);
  expect(files.flatMap((name) => codesIn(name, readFileSync(join(root, name), 'utf8')))).toEqual([]);
});

it.each([
  ["if (code === 'ErrorItemNotFound') return;", 'ErrorItemNotFound'],
  ['const wanted = `is it ${what} or ErrorServerBusy?`;', 'ErrorServerBusy'],
  ['const table = { ErrorOfTomorrow: 1 };', 'ErrorOfTomorrow'],
  ['const seen = /^ErrorAccessDenied$/.test(code);', 'ErrorAccessDenied'],
  ['const seen = /^Error(?:Item|Folder)NotFound$/.test(code);', 'Error(?:Item'],
])('a code is found in %s', (source, code) => {
  expect(codesIn('a.ts', source)).toEqual([`a.ts:1: ${code}`]);
});

it.each([
  "import { ErrorPage } from './ErrorPage.js';",
  '// ErrorServerBusy',
  'server.setErrorHandler(handler);',
  "const field = 'lastErrorAt';",
])('none is found in %s', (source) => {
  expect(codesIn('a.ts', source)).toEqual([]);
});
