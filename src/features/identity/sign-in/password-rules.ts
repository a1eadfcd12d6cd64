export const minPasswordLength = 12;
export const maxPasswordLength = 200;

/** Enough that a password of a single character repeated, or of two, is not taken. */
const leastDifferentCharacters = 5;

/** Long enough, and yet the first that anybody tries. */
const tooCommon =
  /^(?:password|passwort|motdepasse|contrasena|qwerty(?:uiop)?|asdfghjkl|letmein|welcome|iloveyou|admin(?:istrator)?|postroom|changeme)+[\d!?.@#$_-]*$/i;
const sequences = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm'];

/**
 * What is wrong with a new password, for its field; null when nothing is. Length is what counts, so no
 * mixture of kinds of characters is asked for.
 * @param about the user's e-mail address and name, which are the first guesses
 */
export function passwordTrouble(
  password: string,
  about: { readonly email: string; readonly name: string },
): string | null {
  const length = [...password].length;
  if (length < minPasswordLength) return `must have at least ${minPasswordLength} characters`;
  if (length > maxPasswordLength) return `must have at most ${maxPasswordLength} characters`;
  const plain = squeezed(password);
  if ([about.email, about.name, about.email.split('@', 1)[0] ?? ''].some((own) => isMostly(plain, squeezed(own))))
    return 'must not be the e-mail address or the name';
  if (new Set(password.toLowerCase()).size < leastDifferentCharacters || tooCommon.test(password))
    return 'is too easy to guess: take several words that do not belong together';
  if (sequences.some((sequence) => sequence.includes(plain)))
    return 'is too easy to guess: take several words that do not belong together';
  return null;
}

const squeezed = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** The same, but for a few digits and signs before and behind. */
function isMostly(password: string, own: string): boolean {
  if (own.length < 4) return false;
  return (
    password.replace(/^\d{0,4}/, '').replace(/\d{0,4}$/, '') === own.replace(/^\d{0,4}/, '').replace(/\d{0,4}$/, '')
  );
}
