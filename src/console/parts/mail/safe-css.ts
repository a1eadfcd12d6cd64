/** Functions that compute and never fetch; a value with any other one (`url`, `image-set`, `var`, …) is left out. */
const harmlessFunctions = new Set(
  'rgb rgba hsl hsla hwb lab lch oklab oklch calc min max clamp linear-gradient radial-gradient repeating-linear-gradient repeating-radial-gradient'.split(
    ' ',
  ),
);

/** Deeper than any mail's `@media`, and far from where a walk would run out of stack. */
const deepest = 3;
/** In characters; a longer sheet is left out as a whole. */
const longestSheet = 500_000;

/** Told of every address that a style would have fetched. */
export type TellRemote = (address: string) => void;

/** Addresses that a value names, as browsers write them: `url("…")`. */
const addresses = /url\("?((?:https?:)?\/\/[^")]*)/gi;

function isHarmless(name: string, value: string): boolean {
  // Variables hold what the browser has not looked at; a backslash can hide the name of a function.
  if (name.startsWith('--') || value === '' || value.includes('\\')) return false;
  return [...value.matchAll(/(?<![\w-])([\w-]*)\(/g)].every(([, called = '']) =>
    harmlessFunctions.has(called.toLowerCase()),
  );
}

/**
 * The declarations that cannot fetch anything. They are read as the browser has understood them, so that no way of
 * writing hides one.
 */
export function safeDeclarations(style: CSSStyleDeclaration, tellRemote: TellRemote): string {
  const kept: string[] = [];
  for (const name of Array.from(style)) {
    const value = style.getPropertyValue(name);
    for (const [, address = ''] of value.matchAll(addresses)) tellRemote(address);
    const priority = style.getPropertyPriority(name);
    if (isHarmless(name, value)) kept.push(`${name}: ${value}${priority === '' ? '' : ' !important'}`);
  }
  return kept.join('; ');
}

/** A style sheet with its plain rules and those for media; imports, fonts and all else are left out. */
export function safeSheet(css: string, tellRemote: TellRemote): string {
  if (css.length > longestSheet) return '';
  const sheet = new CSSStyleSheet();
  // Belongs to no document, so that nothing of it is fetched; `@import` is left out by definition.
  sheet.replaceSync(css);
  return rulesOf(sheet.cssRules, tellRemote, 0);
}

function rulesOf(rules: CSSRuleList, tellRemote: TellRemote, depth: number): string {
  if (depth > deepest) return '';
  return Array.from(rules, (rule) => {
    if (rule instanceof CSSMediaRule)
      return `@media ${inside(rule.conditionText)} {\n${rulesOf(rule.cssRules, tellRemote, depth + 1)}\n}`;
    if (!(rule instanceof CSSStyleRule)) return '';
    return `${inside(rule.selectorText)} { ${inside(safeDeclarations(rule.style, tellRemote))} }`;
  })
    .filter((text) => text !== '')
    .join('\n');
}

/** Nothing in a sheet may end the element that it stands in; the same text to a reader of CSS. */
const inside = (text: string): string => text.replaceAll('</', '<\\/').replaceAll('<!', '\\3c !');
