/** What the API tells programs to call, and what a person here does instead. */
const buttons: readonly (readonly [call: RegExp, words: string])[] = [
  [/: POST \/v1\/mailboxes\/\{id\}\/resume/g, ' with “Resume”'],
  [/, or by an API key with the scope admin: POST \/v1\/mailboxes\/\{id\}\/approve/g, ''],
  [/, POST \/v1\/mailboxes\/\{id\}\/approve,/g, ''],
  [/(?:: | by )POST \/v1\/mailboxes\/\{id\}\/sync/g, ' with “Sync now”'],
  [/ by POST \/v1\/mailboxes\/\{id\}\/item-failures\/retry/g, ' with “Try all again” under “Failed items”'],
  [/: PATCH \/v1\/mailboxes\/\{id\} with [^.]+/g, ' with the switches above'],
];

/** What ends a reason or a refusal, in the words of these pages instead of the API's calls. */
export const endsInWords = (ends: string): string =>
  buttons.reduce((text, [call, words]) => text.replaceAll(call, words), ends);
