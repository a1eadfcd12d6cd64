import type { FaultKind, Reach } from './fault.js';
import { itemFaults } from './item-faults.js';
import { listingFaults } from './listing-faults.js';
import { mailboxFaults } from './mailbox-faults.js';
import { sendingFaults } from './sending-faults.js';
import { serverFaults } from './server-faults.js';

/** Every kind of fault that a seed can draw. */
export const catalogue: readonly FaultKind[] = [
  ...itemFaults,
  ...listingFaults,
  ...mailboxFaults,
  ...sendingFaults,
  ...serverFaults,
];

export const kindsOf = (reach: Reach): readonly FaultKind[] => catalogue.filter((kind) => kind.reach === reach);
