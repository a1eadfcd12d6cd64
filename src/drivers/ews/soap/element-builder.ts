import { Base64Sink } from './base64-sink.js';
import type { XmlElement } from './element.js';
import type { NamespaceKind } from './namespaces.js';
import type { XmlHandler } from './xml-reader.js';

/**
 * Elements whose text is base64: types.xsd `MimeContent`, and `Content` of `FileAttachmentType`, even where a
 * server forgets their namespace.
 */
function isBinary(name: string, namespace: NamespaceKind, parent: XmlElement | null): boolean {
  if (name === 'MimeContent') return true;
  return name === 'Content' && (namespace === 'types' || parent?.name === 'FileAttachment');
}

const NO_CHILDREN: readonly XmlElement[] = [];

class Building implements XmlElement {
  children: readonly XmlElement[] = NO_CHILDREN;
  text = '';
  bytes: Buffer | null = null;
  damaged = false;
  sink: Base64Sink | null = null;

  constructor(
    readonly name: string,
    readonly namespace: NamespaceKind,
    readonly attributes: Readonly<Record<string, string>> | null,
  ) {}
}

/** Builds the element tree of one answer from the reader's events. */
export class ElementBuilder implements XmlHandler {
  private readonly stack: Building[] = [];
  private current: Building | null = null;
  /** The document element, complete once the reader's `end` has returned. */
  root: XmlElement | null = null;

  open(name: string, namespace: NamespaceKind, attributes: Readonly<Record<string, string>> | null): boolean {
    const element = new Building(name, namespace, attributes);
    const parent = this.current;
    if (parent === null) {
      this.root = element;
    } else {
      if (parent.children === NO_CHILDREN) parent.children = [];
      (parent.children as XmlElement[]).push(element);
      this.stack.push(parent);
    }
    this.current = element;
    if (!isBinary(name, namespace, parent)) return false;
    element.sink = new Base64Sink();
    return true;
  }

  text(text: string): void {
    if (this.current === null) return;
    // White space between elements is layout, not content.
    if (this.current.children !== NO_CHILDREN) return;
    this.current.text += text;
  }

  binary(text: string): void {
    this.current?.sink?.write(text);
  }

  close(): void {
    const element = this.current;
    if (element === null) return;
    if (element.sink !== null) {
      const bytes = element.sink.end();
      element.damaged = bytes === null;
      element.bytes = bytes !== null && bytes.length > 0 ? bytes : null;
      element.sink = null;
    } else if (element.children !== NO_CHILDREN) {
      element.text = '';
    }
    this.current = this.stack.pop() ?? null;
  }
}
