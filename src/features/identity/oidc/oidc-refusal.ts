/** Why nobody was signed in, for the address of the sign-in page: stable, and known to the console. */
export type OidcRefusalCode =
  | 'sign-in-expired'
  | 'provider-away'
  | 'provider-refused'
  | 'unknown-person'
  | 'email-not-verified'
  | 'user-disabled'
  | 'too-many-sign-ins';

/** Single sign-on came to nothing; the browser goes back to the sign-in page with the code. */
export class OidcRefusal extends Error {
  override readonly name = 'OidcRefusal';

  /** @param reason for the log: nothing secret */
  constructor(
    readonly code: OidcRefusalCode,
    readonly reason: string,
  ) {
    super(`${code}: ${reason}`);
  }
}
