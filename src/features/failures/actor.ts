/** Who did something by the API: the key's id, and its name at that time. */
export interface Actor {
  readonly id: string;
  readonly name: string;
}
