import type { MailServerError } from '../../../drivers/port/mail-error.js';

/** How many rows a listing asks for at a time; pure, so that its rules can be tested by table. */
export interface PageSize {
  /** What is asked for where nothing is wrong. */
  readonly full: number;
  readonly size: number;
  /** When the size was last changed; null: it never was. */
  readonly changedAt: Date | null;
  /** Full pages in a row since then, as far as this run knows. */
  readonly fullPages: number;
}

/** As a row keeps it; `size` null: the full size. */
export interface RememberedPageSize {
  readonly size: number | null;
  readonly changedAt: Date | null;
}

/** So many full pages in a row, or so much time with any page, and a larger one is tried. */
const fullPagesToGrow = 5;
const growsAfterMs = 60 * 60_000;

export function pageSizeOf(full: number, { size, changedAt }: RememberedPageSize): PageSize {
  return { full, size: Math.max(1, Math.min(full, size ?? full)), changedAt, fullPages: 0 };
}

export const rememberedOf = ({ full, size, changedAt }: PageSize): RememberedPageSize => ({
  size: size === full ? null : size,
  changedAt,
});

/** A page came through: the size doubles now and then, up to the full one. */
export function grown(page: PageSize, rows: number, now: Date): PageSize {
  if (page.size >= page.full) return page;
  const fullPages = rows >= page.size ? page.fullPages + 1 : page.fullPages;
  const isTime = page.changedAt !== null && now.getTime() - page.changedAt.getTime() >= growsAfterMs;
  if (fullPages < fullPagesToGrow && !isTime) return { ...page, fullPages };
  return { ...page, size: Math.min(page.full, page.size * 2), changedAt: now, fullPages: 0 };
}

/** Sizes to try in turn when a page of this size did not come through; none is left at the smallest. */
export const smallerSizes = (size: number): number[] => [10, 1].filter((smaller) => smaller < size);

/**
 * A smaller page came through where a larger one did not. The next one is half of what failed, so that the
 * size that works is found between the two without asking for single rows for long.
 */
export function shrunk(page: PageSize, failed: number, worked: number, now: Date): PageSize {
  return { ...page, size: Math.max(worked, Math.floor(failed / 2)), changedAt: now, fullPages: 0 };
}

/** The server asked to back off after a page: the next one has half the size. */
export const halved = (page: PageSize, now: Date): PageSize => ({
  ...page,
  size: Math.max(1, Math.floor(page.size / 2)),
  changedAt: now,
  fullPages: 0,
});

/** Whether fewer rows may come through where these did not. A server that asks for quiet is to get quiet. */
export const mayBeTooLarge = ({ details }: MailServerError): boolean =>
  details.mayBeTooMuch && (details.backOffMs ?? 0) === 0;
