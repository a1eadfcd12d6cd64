import { SchemaViolation } from '../soap/faults.js';
import { MESSAGES, SOAP, TYPES } from '../soap/namespaces.js';
import type { XmlElement } from '../xml/element.js';
import { FIELD_URIS } from './field-uris.js';
import { ITEM_TYPES } from './item-types.js';
import { cut, qualifiedName, whyNoValue } from './lexical.js';
import { type ComplexType, type Particle, Schema } from './notation.js';
import { REFERENCE_TYPES } from './reference-types.js';
import { REQUEST_TYPES } from './request-types.js';
import { VALUE_TYPES } from './value-types.js';

const SCHEMA = new Schema([REQUEST_TYPES, REFERENCE_TYPES, ITEM_TYPES, VALUE_TYPES, FIELD_URIS]);
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** SOAP header blocks that are validated; Exchange ignores unknown ones. */
const HEADERS: Readonly<Record<string, string>> = { ExchangeImpersonation: 'ExchangeImpersonationType' };

/**
 * Validates a request like Exchange does, with the same messages: unknown, misplaced or missing elements, wrong
 * namespaces, text between elements, invalid values. Throws the first `SchemaViolation` in document order. Operations
 * that are not in the schema pass; the endpoint refuses them.
 */
export function validateRequest(operation: XmlElement, headers: readonly XmlElement[] = []): void {
  for (const header of headers) {
    const type = header.namespace === TYPES ? HEADERS[header.name] : undefined;
    if (type !== undefined) checkElement(header, type);
  }
  const type = `m.${operation.name}Type`;
  if (operation.namespace === MESSAGES && SCHEMA.type(type)) checkElement(operation, type);
}

function checkElement(element: XmlElement, declared: string): void {
  if (declared === 'opaque') return;
  const name = actualType(element, declared);
  const type = SCHEMA.type(name);
  if (type?.kind !== 'complex') {
    checkAttributes(element, undefined);
    checkText(element, name);
    return;
  }
  if (type.abstract)
    throw new SchemaViolation(element, `The element '${element.name}' is abstract or its type is abstract.`);
  checkAttributes(element, type);
  if (type.text !== undefined) checkText(element, type.text);
  else checkContent(element, type);
}

/** The type from `xsi:type`, which must be derived from the declared one. */
function actualType(element: XmlElement, declared: string): string {
  const written = element.qualified.find(({ namespace, name }) => namespace === XSI && name === 'type')?.value.trim();
  if (written === undefined) return declared;
  const local = written.slice(written.indexOf(':') + 1);
  const name = [local, `m.${local}`].find((candidate) => SCHEMA.derives(candidate, declared));
  if (name === undefined) {
    throw new SchemaViolation(
      element,
      `The xsi:type attribute value '${cut(written)}' is not valid for the element '${element.name}'.`,
    );
  }
  return name;
}

function checkAttributes(element: XmlElement, type: ComplexType | undefined): void {
  const declared = type?.attributes ?? [];
  for (const [name, value] of element.attributes) {
    const use = declared.find((attribute) => attribute.name === name);
    if (!use) throw new SchemaViolation(element, `The '${name}' attribute is not declared.`, name);
    const why = whyNoValue(SCHEMA, use.type, value);
    if (why !== undefined) {
      const datatype = qualifiedName(use.type, type?.namespace ?? '');
      const text = `The '${name}' attribute is invalid - The value '${cut(value)}' is invalid according to its datatype '${datatype}' - ${why}`;
      throw new SchemaViolation(element, text, name);
    }
  }
  const foreign = element.qualified.find(
    ({ namespace }) => namespace !== XSI && !(namespace === SOAP && type?.soapAttributes),
  );
  if (foreign) {
    throw new SchemaViolation(element, `The '${foreign.namespace}:${foreign.name}' attribute is not declared.`);
  }
  const missing = declared.find(({ name, required }) => required && !element.attributes.has(name));
  if (missing) throw new SchemaViolation(element, `The required attribute '${missing.name}' is missing.`);
}

function checkText(element: XmlElement, type: string): void {
  const [child] = element.children;
  if (child) {
    throw new SchemaViolation(
      child,
      `The element ${named(element)} cannot contain child element ${named(child)} because the parent element's content model is text only.`,
    );
  }
  const why = whyNoValue(SCHEMA, type, element.text);
  if (why === undefined) return;
  const datatype = qualifiedName(type, element.namespace);
  throw new SchemaViolation(
    element,
    `The '${element.namespace}:${element.name}' element is invalid - The value '${cut(element.text)}' is invalid according to its datatype '${datatype}' - ${why}`,
  );
}

function checkContent(element: XmlElement, type: ComplexType): void {
  if (firstOf(type.content).length === 0) {
    checkEmpty(element);
    return;
  }
  const match = new ContentMatch(element);
  const complete = match.take(type.content);
  const next = element.children[match.at];
  // Children are validated in order, so that the first violation in the document is reported.
  for (const [index, found] of match.types.entries()) {
    const child = element.children[index];
    if (child) checkElement(child, found);
  }
  if (/[^ \t\r\n]/.test(element.text)) {
    throw new SchemaViolation(element, `The element ${named(element)} cannot contain text.${match.expectedNames}`);
  }
  if (next) {
    throw new SchemaViolation(
      next,
      `The element ${named(element)} has invalid child element ${named(next)}.${match.expectedNames}`,
    );
  }
  if (!complete) {
    throw new SchemaViolation(element, `The element ${named(element)} has incomplete content.${match.expectedNames}`);
  }
}

/** Even white space is refused in empty content. */
function checkEmpty(element: XmlElement): void {
  const [child] = element.children;
  if (child) {
    const text = `The element ${named(element)} cannot contain child element ${named(child)} because the parent element's content model is empty.`;
    throw new SchemaViolation(child, text);
  }
  if (element.text === '') return;
  const what = /[^ \t\r\n]/.test(element.text) ? 'text' : 'white space';
  throw new SchemaViolation(element, `The element ${named(element)} cannot contain ${what}. Content model is empty.`);
}

/** Matches an element's children against a content model. The schema is deterministic, so there is no backtracking. */
class ContentMatch {
  /** Index of the first child that does not fit. */
  at = 0;
  /** Types of the children before it. */
  readonly types: string[] = [];
  private expected = new Set<string>();

  constructor(private readonly element: XmlElement) {}

  /** Consumes matching children; false if something required is missing. */
  take(particle: Particle): boolean {
    let count = 0;
    while (count < particle.max && this.starts(particle)) {
      const before = this.at;
      if (!this.takeOnce(particle)) return false;
      count++;
      if (this.at === before) break;
    }
    if (count < particle.max) this.expect(particle);
    return count >= particle.min || canBeEmpty(particle);
  }

  private takeOnce(particle: Particle): boolean {
    switch (particle.kind) {
      case 'element':
        this.types.push(particle.type);
        this.at++;
        this.expected = new Set();
        return true;
      case 'sequence':
        return particle.parts.every((part) => this.take(part));
      case 'choice': {
        const chosen = particle.parts.find((part) => this.starts(part));
        return chosen ? this.take(chosen) : false;
      }
    }
  }

  /** Whether the next child can begin the particle. */
  private starts(particle: Particle): boolean {
    const next = this.element.children[this.at];
    return (
      next !== undefined &&
      firstOf(particle).some((first) => first.name === next.name && first.namespace === next.namespace)
    );
  }

  private expect(particle: Particle): void {
    for (const { name, namespace } of firstOf(particle)) this.expected.add(`'${name}' in namespace '${namespace}'`);
  }

  get expectedNames(): string {
    const names = [...this.expected];
    if (names.length === 0) return '';
    return ` List of possible elements expected: ${names.slice(0, MOST_NAMES).join(', ')}${names.length > MOST_NAMES ? '....' : '.'}`;
  }
}

/** The number of names that .NET lists. */
const MOST_NAMES = 5;

type ElementParticle = Extract<Particle, { kind: 'element' }>;
const firsts = new WeakMap<Particle, readonly ElementParticle[]>();

/** The elements that can begin a particle. */
function firstOf(particle: Particle): readonly ElementParticle[] {
  if (particle.kind === 'element') return [particle];
  let first = firsts.get(particle);
  if (!first) {
    if (particle.kind === 'choice') first = particle.parts.flatMap(firstOf);
    else {
      const filled = particle.parts.findIndex((part) => !canBeEmpty(part));
      first = particle.parts.slice(0, filled < 0 ? undefined : filled + 1).flatMap(firstOf);
    }
    firsts.set(particle, first);
  }
  return first;
}

function canBeEmpty(particle: Particle): boolean {
  if (particle.min === 0) return true;
  if (particle.kind === 'element') return false;
  // A type without elements is an empty sequence.
  return particle.kind === 'sequence' ? particle.parts.every(canBeEmpty) : particle.parts.some(canBeEmpty);
}

const named = ({ name, namespace }: XmlElement): string => `'${name}' in namespace '${namespace}'`;
