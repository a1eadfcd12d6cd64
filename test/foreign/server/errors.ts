/** Of one item or folder: becomes a response message. */
export class ItemError extends Error {
  constructor(
    readonly code: string,
    text: string,
  ) {
    super(text);
  }
}

/** Of the whole call: becomes a SOAP fault. */
export class Fault extends Error {
  /** @param code null: nothing but that the server is at fault, and its words */
  constructor(
    readonly code: string | null,
    text: string,
  ) {
    super(text);
  }
}
