/**
 * Makes a function that removes a credential's secrets from text that came from outside: some
 * proxies show the whole request on their error pages.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  // Very short ones would tear ordinary words apart and give away more than they hide.
  const known = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
  return (text) => known.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}
