import type { Clock } from '../clock/clock.js';
import { storageCauseOf, type StorageCause } from './storage-cause.js';

/** Since when this process has met that nothing can be stored. */
export interface StorageTrouble {
  readonly cause: StorageCause;
  readonly since: Date;
}

/** What this process knows of whether anything can be stored. */
export class StorageHealth {
  private noted: StorageTrouble | null = null;

  constructor(private readonly clock: Clock) {}

  /** Null if the last known state is fine. */
  get trouble(): StorageTrouble | null {
    return this.noted;
  }

  /** Accepts any error; errors that are not about storage are ignored. */
  note(error: unknown): void {
    const cause = storageCauseOf(error);
    if (cause !== null && cause !== this.noted?.cause) this.noted = { cause, since: this.clock.now() };
  }

  /** Called after a successful write. */
  clear(): void {
    this.noted = null;
  }
}
