import type { Item } from '../store/item.js';

interface Step {
  readonly before: string;
  readonly after: string;
  readonly properties: readonly string[];
}

/** Older change keys are treated as unknown. */
const MOST_STEPS = 100;

const trails = new WeakMap<Item, Step[]>();

/** Records that an update has changed properties of an item, and its change key. */
export function noteChange(item: Item, before: string, properties: readonly string[]): void {
  const trail = trails.get(item) ?? [];
  trail.push({ before, after: item.changeKey, properties });
  if (trail.length > MOST_STEPS) trail.shift();
  trails.set(item, trail);
}

/**
 * The properties changed since an item had a change key. Undefined if that is unknown, because the key is too old or
 * never belonged to the item, or because something other than an update came between.
 */
export function changedSince(item: Item, changeKey: string): ReadonlySet<string> | undefined {
  const changed = new Set<string>();
  let key = changeKey;
  for (const { before, after, properties } of trails.get(item) ?? []) {
    if (before !== key) continue;
    for (const property of properties) changed.add(property);
    key = after;
  }
  return key === item.changeKey ? changed : undefined;
}
