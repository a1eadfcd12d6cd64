/** What a run can do with items. `turned-away`: kept out by the filter; `unlisted`: changes that named no item; `seen`: read flags; `moved`: gone, or elsewhere. */
export type Deed =
  | 'stored'
  | 'changed'
  | 'unreadable'
  | 'turned-away'
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
export class RunTally {
  private readonly done = new Map<Deed, number>();

  constructor(readonly startedAt: Date) {}

  add(deed: Deed, items: number): void {
    if (items > 0) this.done.set(deed, (this.done.get(deed) ?? 0) + items);
  }

  get isEmpty(): boolean {
    return this.done.size === 0;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.done);
  }
}
