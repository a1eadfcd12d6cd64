/** Who did something by the API: an API key or a user, with the name at that time. */
export interface Actor {
  readonly id: string;
  readonly name: string;
}
