import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../platform/http/page.js';

/**
 * A place in the feed: every event up to it has been seen. Numbers as text, for they outgrow
 * JavaScript's. Positions of different epochs compare by the epoch alone.
 */
export interface FeedPosition {
  readonly epoch: number;
  readonly txid: string;
  readonly seq: string;
}

/** Before every event. */
export const feedStart: FeedPosition = { epoch: 0, txid: '0', seq: '0' };

/** Negative when `a` lies before `b`. */
export function comparePositions(a: FeedPosition, b: FeedPosition): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  const byTxid = BigInt(a.txid) - BigInt(b.txid);
  const difference = byTxid === 0n ? BigInt(a.seq) - BigInt(b.seq) : byTxid;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function laterPosition(a: FeedPosition, b: FeedPosition): FeedPosition {
  return comparePositions(a, b) < 0 ? b : a;
}

/** What the types of the columns hold, so that a cursor that is made up is refused and not an error of the database. */
const within = (max: bigint) =>
  z
    .string()
    .regex(/^\d{1,20}$/)
    .refine((text) => BigInt(text) <= max);
const cursorShape = z.tuple([z.int().min(0).max(32_767), within(2n ** 64n - 1n), within(2n ** 63n - 1n)]);

export const encodePosition = ({ epoch, txid, seq }: FeedPosition): string => encodeCursor([epoch, txid, seq]);

/** @throws Problem invalid-request when the text is not a cursor of the feed */
export function decodePosition(cursor: string | undefined): FeedPosition | null {
  const parts = decodeCursor(cursor, cursorShape);
  return parts && { epoch: parts[0], txid: parts[1], seq: parts[2] };
}
