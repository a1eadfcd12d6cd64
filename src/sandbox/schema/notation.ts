/**
 * The notation in which the schema of requests is kept: one type a line, continued on lines that are indented.
 *
 *     Name : Base = content    extends Base: its attributes and content, then its own
 *     Name < Base = content    restricts Base: its attributes, its own content
 *     Name abstract = content  nothing can be of this type itself
 *     Name = "type"            text of a simple type, with attributes
 *     Name = enum a b c        a simple type by its values; also `union`, `list` and a base with `min=`, `pattern=`…
 *     %Name = a:A | b:B        a named choice (a substitution group)
 *
 * Content is a sequence of `element:type`, choices in parentheses with `|`, each with `?`, `*` or `+`, and of
 * `@attribute:type`, where `!` marks a required one and `@soap` stands for any of SOAP's own. Types named `m.…` come from messages.xsd, the others from types.xsd;
 * `opaque` is content that is not looked into.
 */
import { MESSAGES, TYPES } from '../soap/namespaces.js';

interface Occurs {
  readonly min: number;
  readonly max: number;
}

export type Particle = Occurs &
  (
    | { readonly kind: 'element'; readonly namespace: string; readonly name: string; readonly type: string }
    | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Particle[] }
  );

interface AttributeUse {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

export interface ComplexType {
  readonly kind: 'complex';
  readonly name: string;
  readonly namespace: string;
  readonly base: string | undefined;
  readonly abstract: boolean;
  readonly attributes: readonly AttributeUse[];
  /** Whether attributes in the SOAP namespace are allowed, as on header blocks. */
  readonly soapAttributes: boolean;
  /** Text content of a simple type. */
  readonly text: string | undefined;
  /** Element content, including that of base types. */
  readonly content: Particle;
}

export interface SimpleType {
  readonly kind: 'simple';
  readonly name: string;
  readonly namespace: string;
  /** Allowed values; undefined if they are not enumerated. */
  readonly values: ReadonlySet<string> | undefined;
  readonly union: readonly string[];
  /** The item type of a list. */
  readonly list: string | undefined;
  readonly base: string;
  readonly min: number;
  readonly max: number;
  readonly minLength: number;
  readonly pattern: RegExp | undefined;
}

type SchemaType = ComplexType | SimpleType;

const OCCURS: Readonly<Record<string, Occurs>> = {
  '': { min: 1, max: 1 },
  '?': { min: 0, max: 1 },
  '*': { min: 0, max: Infinity },
  '+': { min: 1, max: Infinity },
};
const ONCE = { min: 1, max: 1 };
const SOAP_ATTRIBUTES = '@soap';

/** The types of a schema by name; each is parsed on first use. */
export class Schema {
  private readonly lines = new Map<string, string>();
  private readonly types = new Map<string, SchemaType>();

  constructor(sources: readonly string[]) {
    for (const source of sources) {
      for (const line of source.replace(/\n +/g, ' ').split('\n')) {
        const name = /^\S+/.exec(line)?.[0];
        if (name !== undefined) this.lines.set(name, line);
      }
    }
  }

  /** Undefined for built-in types (`string`, `boolean`, `opaque`…) and unknown names. */
  type(name: string): SchemaType | undefined {
    const known = this.types.get(name);
    const line = this.lines.get(name);
    if (known || line === undefined) return known;
    const read = this.read(name, line);
    this.types.set(name, read);
    return read;
  }

  /** Whether a type equals another one or is derived from it. */
  derives(name: string, from: string): boolean {
    for (let at: string | undefined = name; at !== undefined;) {
      if (at === from) return true;
      const type = this.type(at);
      at = type?.kind === 'complex' ? type.base : undefined;
    }
    return false;
  }

  private read(name: string, line: string): SchemaType {
    const equals = line.indexOf(' =');
    const head = line.slice(0, equals);
    const body = line.slice(equals + 2).trim();
    const namespace = name.startsWith('m.') ? MESSAGES : TYPES;
    return isSimple(body) ? simpleType(name, namespace, body) : this.complexType(name, namespace, head, body);
  }

  private complexType(name: string, namespace: string, head: string, body: string): ComplexType {
    const [, relation, base] = /^\S+ ([:<]) (\S+)/.exec(head) ?? [];
    const inherited = base === undefined ? undefined : this.type(base);
    const parent = inherited?.kind === 'complex' ? inherited : undefined;
    const words: readonly string[] = body.match(/"\w+"|[()|]|[^\s()|]+/g) ?? [];
    const own = words.filter((word) => word.startsWith('@') && word !== SOAP_ATTRIBUTES).map(attributeUse);
    const text = words.find((word) => word.startsWith('"'))?.slice(1, -1);
    const parts = this.sequence(
      words.filter((word) => !word.startsWith('@') && !word.startsWith('"')),
      namespace,
    );
    const before = relation === ':' && parent ? [parent.content] : [];
    return {
      kind: 'complex',
      name,
      namespace,
      base,
      abstract: / abstract$/.test(head),
      attributes: [...(parent?.attributes ?? []), ...own],
      soapAttributes: words.includes(SOAP_ATTRIBUTES),
      text: text ?? parent?.text,
      content: { kind: 'sequence', parts: [...before, parts], ...ONCE },
    };
  }

  /** Consumes tokens up to a closing parenthesis or the end. */
  private sequence(words: string[], namespace: string): Particle {
    const alternatives: Particle[][] = [[]];
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      const place = alternatives.at(-1) ?? [];
      if (word.startsWith(')')) break;
      if (word === '|') alternatives.push([]);
      else if (word === '(') {
        const inner = this.sequence(words, namespace);
        const occurs = /^[?*+]$/.test(words[0] ?? '') ? (words.shift() ?? '') : '';
        place.push({ ...inner, ...(OCCURS[occurs] ?? ONCE) });
      } else place.push(this.particle(word, namespace));
    }
    const parts = alternatives.map((place): Particle => {
      const [only] = place;
      return place.length === 1 && only ? only : { kind: 'sequence', parts: place, ...ONCE };
    });
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: 'choice', parts, ...ONCE };
  }

  private particle(word: string, namespace: string): Particle {
    const mark = /[?*+]$/.exec(word)?.[0] ?? '';
    const bare = word.slice(0, word.length - mark.length);
    const occurs = OCCURS[mark] ?? ONCE;
    if (bare.startsWith('%')) {
      const body = (this.lines.get(bare) ?? '').replace(/^\S+ = /, '');
      return { ...this.sequence(body.match(/[^\s|]+|\|/g) ?? [], TYPES), ...occurs };
    }
    const [name = '', type = ''] = bare.split(':');
    return { kind: 'element', namespace, name, type, ...occurs };
  }
}

const isSimple = (body: string): boolean =>
  /^(enum |union |list |[A-Za-z]\w*( (min|max|minLength|pattern)=|$))/.test(body);

function attributeUse(word: string): AttributeUse {
  const [name = '', type = ''] = word.slice(1).replace(/!$/, '').split(':');
  return { name, type, required: word.endsWith('!') };
}

/** Patterns of the schema, by their name in the notation. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  guid: /^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/,
  mask: /^(?:0[xX][\dA-Fa-f]*|\d*)$/,
  tag: /^0[xX][\dA-Fa-f]{1,4}$/,
};

function simpleType(name: string, namespace: string, body: string): SimpleType {
  const [kind = '', ...rest] = body.split(' ');
  const facet = (wanted: string): string | undefined =>
    rest.find((word) => word.startsWith(`${wanted}=`))?.slice(wanted.length + 1);
  const pattern = facet('pattern');
  return {
    kind: 'simple',
    name,
    namespace,
    values: kind === 'enum' ? new Set(rest) : undefined,
    union: kind === 'union' ? rest : [],
    list: kind === 'list' ? rest[0] : undefined,
    base: ['enum', 'union', 'list'].includes(kind) ? 'string' : kind,
    min: Number(facet('min') ?? -Infinity),
    max: Number(facet('max') ?? Infinity),
    minLength: Number(facet('minLength') ?? 0),
    pattern: pattern === undefined ? undefined : PATTERNS[pattern],
  };
}
