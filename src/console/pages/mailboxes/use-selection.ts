import { useState } from 'react';
import type { Named } from './bulk-outcome.js';

/**
 * The mailboxes that are selected, by id; what the person cannot see any more is not selected.
 * @param list what the list is narrowed to: another one begins with nothing selected
 */
export function useSelection(list: string) {
  const [held, setHeld] = useState<{ list: string; mailboxes: ReadonlyMap<string, Named> }>({
    list,
    mailboxes: new Map(),
  });
  const mailboxes: ReadonlyMap<string, Named> = held.list === list ? held.mailboxes : new Map<string, Named>();
  const change = (changed: (all: Map<string, Named>) => void) =>
    setHeld((before) => {
      const all = new Map(before.list === list ? before.mailboxes : []);
      changed(all);
      return { list, mailboxes: all };
    });
  const named = ({ id, emailAddress }: Named): [string, Named] => [id, { id, emailAddress }];
  return {
    mailboxes,
    add: (rows: readonly Named[]) => change((all) => rows.map(named).forEach(([id, one]) => all.set(id, one))),
    drop: (rows: readonly Named[]) => change((all) => rows.forEach(({ id }) => all.delete(id))),
    clear: () => change((all) => all.clear()),
  };
}
