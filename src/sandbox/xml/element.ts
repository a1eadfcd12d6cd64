/** An attribute with a prefix, such as `xsi:type`. */
export interface QualifiedAttribute {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
}

/** An element of a parsed request: resolved name, attributes, children and own text. */
export class XmlElement {
  readonly children: XmlElement[] = [];
  text = '';

  /** @param offset position of its name in the document, in UTF-16 units */
  constructor(
    readonly namespace: string,
    readonly name: string,
    /** Attributes without a prefix. */
    readonly attributes: ReadonlyMap<string, string>,
    readonly qualified: readonly QualifiedAttribute[] = [],
    readonly offset = 0,
  ) {}

  /** First child of that local name, in whatever namespace: the schema never repeats a name across the two. */
  child(name: string): XmlElement | undefined {
    return this.children.find((child) => child.name === name);
  }

  /** A child that the schema requires, in a request that has been validated. */
  required(name: string): XmlElement {
    return checked(this.child(name), this, name);
  }

  /** The first child, where the schema requires one. */
  requiredFirst(): XmlElement {
    return checked(this.children[0], this, 'a child');
  }

  childrenNamed(name: string): XmlElement[] {
    return this.children.filter((child) => child.name === name);
  }

  /** Text of the first child of that name; undefined when there is no such child. */
  childText(name: string): string | undefined {
    return this.child(name)?.text;
  }

  attribute(name: string): string | undefined {
    return this.attributes.get(name);
  }

  /** The boolean child, by xs:boolean's lexical forms. */
  childFlag(name: string): boolean | undefined {
    const text = this.childText(name);
    return text === undefined ? undefined : isTrue(text);
  }
}

/** Whether a text is true as xs:boolean, which also allows `1`. */
export const isTrue = (text: string | undefined): boolean => /^\s*(?:true|1)\s*$/.test(text ?? '');

function checked(child: XmlElement | undefined, parent: XmlElement, wanted: string): XmlElement {
  if (!child) throw new Error(`The validated element ${parent.name} lacks ${wanted}`);
  return child;
}
