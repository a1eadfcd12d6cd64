import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** A filter that lives in the address, so that a page can be bookmarked and shared. Empty is left out. */
export function useUrlText(name: string, fallback = ''): [value: string, set: (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === fallback) after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      ),
    [name, fallback, setParams],
  );
  return [params.get(name) ?? fallback, set];
}
