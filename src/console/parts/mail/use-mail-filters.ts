import { useCallback, useState } from 'react';
import { useSearchParams } from 'wouter';

/** What lists of mail are filtered by: the API's own names, in the address of the page. */
export interface MailFilters {
  readonly q: string;
  readonly profileId: string;
  readonly mailboxId: string;
  /** Separated by commas. */
  readonly state: string;
}

/** The filters, a way to set several at once, and one to be rid of them. */
export function useMailFilters() {
  const [params, setParams] = useSearchParams();
  // What is typed into a search box is its own; another box takes its place when the filters are taken away.
  const [times, setTimes] = useState(0);
  const change = useCallback(
    (patch: Partial<MailFilters>) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [key, value] of Object.entries(patch) as [keyof MailFilters, string][])
            if (value === '') after.delete(key);
            else after.set(key, value);
          return after;
        },
        { replace: true },
      ),
    [setParams],
  );
  const clear = useCallback(() => {
    change({ q: '', profileId: '', mailboxId: '', state: '' });
    setTimes((count) => count + 1);
  }, [change]);
  const of = (key: keyof MailFilters) => params.get(key) ?? '';
  const filters: MailFilters = {
    q: of('q'),
    profileId: of('profileId'),
    mailboxId: of('mailboxId'),
    state: of('state'),
  };
  return { filters, isFiltered: Object.values(filters).some((value) => value !== ''), change, clear, times };
}
