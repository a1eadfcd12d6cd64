/** A subject as lists and headings show it. */
export const shownSubject = (subject: string | null): string => subject?.trim() || '(no subject)';
