/** What single sign-on came back with, by the codes that the API puts into the address of the sign-in page. */
export const refusals = {
  'unknown-person': 'Nobody here has that e-mail address. Ask an administrator of Postroom for an invitation.',
  'email-not-verified': 'Your identity provider does not vouch for the e-mail address. Ask its administrator.',
  'user-disabled': 'Your user is disabled. Ask an administrator of Postroom.',
  'provider-away': 'The identity provider cannot be reached. Try again in a moment, or use your password.',
  'provider-refused':
    'The identity provider did not let you in. Try again; if it persists, an administrator finds its reason in the log.',
  'sign-in-expired': 'The sign-in took too long, or was begun in another window. Try again.',
  'too-many-sign-ins': 'There were too many tries at signing in from here. Wait a quarter of an hour.',
} as const satisfies Record<string, string>;

const otherRefusal =
  'Single sign-on did not succeed. Try again; if it persists, an administrator finds the reason in the log.';

/** @param code what stands in the address, which anybody may have written */
export const refusalInWords = (code: string): string =>
  Object.hasOwn(refusals, code) ? refusals[code as keyof typeof refusals] : otherRefusal;
