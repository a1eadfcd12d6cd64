/** An extended (MAPI) property as set by a client; `values` has one entry unless the type is an array. */
export interface ExtendedValue {
  readonly type: string;
  readonly values: readonly string[];
}
