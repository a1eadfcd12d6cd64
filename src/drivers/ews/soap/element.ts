import type { NamespaceKind } from './namespaces.js';

/** One element of an answer. Mixed content is not kept in order: EWS has none. */
export interface XmlElement {
  readonly name: string;
  readonly namespace: NamespaceKind;
  readonly attributes: Readonly<Record<string, string>> | null;
  readonly children: readonly XmlElement[];
  readonly text: string;
  /** Decoded base64 of MimeContent and Content; null when empty or not base64 (see `damaged`). */
  readonly bytes: Buffer | null;
  /** The element should hold base64 and holds something else. */
  readonly damaged: boolean;
}

/** First child of that local name, whatever its namespace. */
export function child(element: XmlElement | null, name: string): XmlElement | null {
  if (element === null) return null;
  for (const candidate of element.children) if (candidate.name === name) return candidate;
  return null;
}

/** The child down a path of local names. */
export function descend(element: XmlElement | null, ...path: string[]): XmlElement | null {
  return path.reduce<XmlElement | null>((parent, name) => child(parent, name), element);
}

/** First element of that local name below `element`, at any depth, in document order. */
export function findBelow(element: XmlElement, name: string): XmlElement | null {
  for (const candidate of element.children) {
    if (candidate.name === name) return candidate;
    const deeper = findBelow(candidate, name);
    if (deeper !== null) return deeper;
  }
  return null;
}

/** The child's text; null when the child is missing or empty. */
export function childText(element: XmlElement | null, name: string): string | null {
  const text = child(element, name)?.text;
  return text === undefined || text === '' ? null : text;
}

export function attribute(element: XmlElement | null, name: string): string | null {
  return element?.attributes?.[name] ?? null;
}
