/** An element of a parsed request: namespace-resolved name, unprefixed attributes, children, own text. */
export class XmlElement {
  readonly children: XmlElement[] = [];
  text = '';

  constructor(
    readonly namespace: string,
    readonly name: string,
    readonly attributes: ReadonlyMap<string, string>,
  ) {}

  /** First child of that local name, in whatever namespace: the schema never repeats a name across the two. */
  child(name: string): XmlElement | undefined {
    return this.children.find((child) => child.name === name);
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
    const text = this.childText(name)?.trim();
    return text === undefined ? undefined : text === 'true' || text === '1';
  }
}
