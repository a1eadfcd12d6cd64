import { createHash } from 'node:crypto';
import { ItemError } from '../soap/faults.js';

/** Where a client stands in a folder. All numbers are sequence numbers of the mailbox. */
export interface SyncPosition {
  readonly mailbox: string;
  readonly folder: string;
  readonly epoch: number;
  /** While the folder is listed for the first time: the newest arrival still to be listed. */
  readonly listing?: number;
  /** Changes up to here have all been told. */
  readonly from: number;
  /** The window of changes being told in pages ends here; `told` is the last one told of it. */
  readonly to: number;
  readonly told: number;
}

const CHECK_BYTES = 9;
const check = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest().subarray(0, CHECK_BYTES);

/** Opaque base64 with a check, so that a made-up state is refused as Exchange refuses it. */
export function writeSyncState(position: SyncPosition | HierarchyPosition): string {
  const bytes = Buffer.from(JSON.stringify(position));
  return Buffer.concat([check(bytes), bytes]).toString('base64');
}

/** The folders a client knows: id and change key of each. */
export interface HierarchyPosition {
  readonly mailbox: string;
  readonly epoch: number;
  readonly folders: Readonly<Record<string, string>>;
}

/** Reads a state; anything else than what was given out throws ErrorInvalidSyncStateData. */
export function readSyncState(text: string): SyncPosition | HierarchyPosition {
  const bytes = Buffer.from(text, 'base64');
  const body = bytes.subarray(CHECK_BYTES);
  if (bytes.length <= CHECK_BYTES || !check(body).equals(bytes.subarray(0, CHECK_BYTES))) {
    throw new ItemError('ErrorInvalidSyncStateData');
  }
  return JSON.parse(body.toString('utf8')) as SyncPosition | HierarchyPosition;
}
