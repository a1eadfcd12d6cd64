/**
 * Checks that every regular expression in `src` runs in linear time. They match text from servers and mail, which could
 * otherwise block the process. `recheck` proves or attacks each one; expressions that are composed in the source are
 * composed here in the same way.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { check } from 'recheck';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
/**
 * Each expression is judged by steps only: with recheck's own time limits a busy machine makes safe ones vulnerable.
 * In ms, and then the judgement is missing, which is a problem, too; the slowest takes 2 s.
 */
const limits = { timeout: 120_000, seedingTimeout: null, incubationTimeout: null, attackTimeout: null };
/** Composed at run time, but not from untrusted text. */
const unresolved = new Set(['src/platform/http/route-table.ts: our own routes']);

const found = sources('src').flatMap(expressionsIn);
const excused = new Set([...unresolved].map((entry) => entry.split(': ')[0]));
const problems = found
  .filter(({ source, file }) => source === null && !excused.has(file))
  .map(({ place }) => `${place}: cannot be evaluated statically`);

const open = found.filter(({ source }) => source !== null);
await Promise.all(Array.from({ length: availableParallelism() }, checkRest));

for (const problem of problems) console.error(problem);
console.log(`${found.length} regular expressions, ${problems.length} problems`);
process.exitCode = problems.length > 0 || found.length < 100 ? 1 : 0;

async function checkRest() {
  for (let next = open.pop(); next; next = open.pop()) {
    const { source, flags, place } = next;
    const { status, complexity, attack, error } = await check(source, flags, limits);
    if (status === 'safe') continue;
    const why =
      status === 'vulnerable' ? `${complexity.summary}, with ${attack.pattern.slice(0, 200)}` : (error?.kind ?? status);
    problems.push(`${place}: /${source}/${flags}: ${why}`);
  }
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'));
}

function expressionsIn(file) {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true, kind);
  const constants = new Map();
  const expressions = [];
  const placeOf = (node) => `${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
      constants.set(node.name.text, node.initializer);
    if (ts.isRegularExpressionLiteral(node)) expressions.push({ file, place: placeOf(node), ...literal(node) });
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
      const [source, flags] = node.arguments ?? [];
      const own = flags === undefined ? '' : textOf(flags, constants);
      expressions.push({
        file,
        place: placeOf(node),
        source: own === null ? null : textOf(source, constants),
        flags: own,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return expressions;
}

function literal(node) {
  const end = node.text.lastIndexOf('/');
  return { source: node.text.slice(1, end), flags: node.text.slice(end + 1) };
}

/** The value of a string expression; null if the source alone does not determine it. */
function textOf(node, constants) {
  if (node === undefined) return null;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isRegularExpressionLiteral(node)) return literal(node).source;
  if (ts.isIdentifier(node)) return constants.has(node.text) ? textOf(constants.get(node.text), constants) : null;
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'source') return textOf(node.expression, constants);
  if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'String.raw')
    return joined(node.template, constants, (part) => part.rawText ?? '');
  if (ts.isTemplateExpression(node)) return joined(node, constants, (part) => part.text);
  return null;
}

function joined(template, constants, read) {
  if (!ts.isTemplateExpression(template)) return read(template);
  const parts = template.templateSpans.map(({ expression, literal: rest }) => [
    textOf(expression, constants),
    read(rest),
  ]);
  return parts.some(([value]) => value === null) ? null : read(template.head) + parts.flat().join('');
}
