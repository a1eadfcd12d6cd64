const plural = new Intl.PluralRules('en');

export const daysInWords = (days: number): string => `${days} ${plural.select(days) === 'one' ? 'day' : 'days'}`;

/** What becomes of content when the limit changes, for whoever is about to change it. */
export function changeInWords(before: number | null, after: number | null): { text: string; removes: boolean } {
  if (before === after) return { text: 'Nothing changes.', removes: false };
  if (after === null)
    return { text: 'Nothing more is removed. What is gone already does not come back.', removes: false };
  const removes = before === null || after < before;
  return removes
    ? {
        text: `Texts, originals and attachments older than ${daysInWords(after)} are removed from Postroom from now on, and cannot be brought back here. The messages stay in the lists, and nothing is removed on the mail server.`,
        removes,
      }
    : {
        text: `Content is kept for ${daysInWords(after)} from now on. What is gone already does not come back.`,
        removes,
      };
}
