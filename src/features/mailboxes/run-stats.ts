/** What a run can do with items. `filtered`: kept out by the filter; `unlisted`: changes that named no item; `seen`: read flags; `moved`: gone, or elsewhere. */
export type RunOutcome =
  | 'stored'
  | 'changed'
  | 'unreadable'
  | 'filtered'
  | 'seen'
  | 'moved'
  | 'sent'
  | 'failed'
  | 'held'
  | 'waiting'
  | 'withdrawn'
  | 'unlisted'
  | 'folder-failed';

/** Counts what a run has done, so that a failed one can tell it, too. */
export class RunStats {
  private readonly done = new Map<RunOutcome, number>();

  constructor(readonly startedAt: Date) {}

  add(deed: RunOutcome, items: number): void {
    if (items > 0) this.done.set(deed, (this.done.get(deed) ?? 0) + items);
  }

  get isEmpty(): boolean {
    return this.done.size === 0;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.done);
  }
}
