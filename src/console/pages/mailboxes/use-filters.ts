import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { readFilters, writeFilters, type ListFilters } from './list-filters.js';

/** The filters of the list, which live in the address. */
export function useFilters(): [filters: ListFilters, narrow: (change: Partial<ListFilters>) => void] {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const narrow = useCallback(
    (change: Partial<ListFilters>) => setParams((before) => writeFilters(before, change), { replace: true }),
    [setParams],
  );
  return [filters, narrow];
}
