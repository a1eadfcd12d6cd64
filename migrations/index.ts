import { Initial1763700000000 } from './1763700000000-initial.js';
import { Webhooks1763800000000 } from './1763800000000-webhooks.js';
import { ThreadsAndFilters1763810000000 } from './1763810000000-threads-and-filters.js';
import { OutgoingExtras1763820000000 } from './1763820000000-outgoing-extras.js';
import { Care1763830000000 } from './1763830000000-care.js';
import { Folders1763840000000 } from './1763840000000-folders.js';
import { EndpointOwners1763850000000 } from './1763850000000-endpoint-owners.js';
import { Healing1763860000000 } from './1763860000000-healing.js';
import { DiagnosticReports1763870000000 } from './1763870000000-diagnostic-reports.js';
import { Notifying1763890000000 } from './1763890000000-notifying.js';
import { MailboxTests1763900000000 } from './1763900000000-mailbox-tests.js';
import { Timeline1763910000000 } from './1763910000000-timeline.js';
import { Users1763950000000 } from './1763950000000-users.js';
import { Views1763960000000 } from './1763960000000-views.js';
import { Search1763970000000 } from './1763970000000-search.js';
import { ItemRetries1764000100000 } from './1764000100000-item-retries.js';
import { Listing1764000200000 } from './1764000200000-listing.js';
import { Attribution1764000300000 } from './1764000300000-attribution.js';
import { SendingDoubts1764000400000 } from './1764000400000-sending-doubts.js';
import { DurableCursors1764000500000 } from './1764000500000-durable-cursors.js';
import { ContentSourceIndex1764000600000 } from './1764000600000-content-source-index.js';
import { SubmissionsOfEarlierVersions1764000700000 } from './1764000700000-submissions-of-earlier-versions.js';
import { ItemReadings1764100100000 } from './1764100100000-item-readings.js';
import { SignInDelays1764100400000 } from './1764100400000-sign-in-delays.js';
import { AddressSetters1764100410000 } from './1764100410000-address-setters.js';
import { InstallationIncidents1764100420000 } from './1764100420000-installation-incidents.js';
import { StorageProof1764100430000 } from './1764100430000-storage-proof.js';

/** Every migration, oldest first. They only go forward: a mistake is mended by a further one. */
export const migrations = [
  Initial1763700000000,
  Webhooks1763800000000,
  ThreadsAndFilters1763810000000,
  OutgoingExtras1763820000000,
  Care1763830000000,
  Folders1763840000000,
  EndpointOwners1763850000000,
  Healing1763860000000,
  DiagnosticReports1763870000000,
  Notifying1763890000000,
  MailboxTests1763900000000,
  Timeline1763910000000,
  Users1763950000000,
  Views1763960000000,
  Search1763970000000,
  ItemRetries1764000100000,
  Listing1764000200000,
  Attribution1764000300000,
  SendingDoubts1764000400000,
  DurableCursors1764000500000,
  ContentSourceIndex1764000600000,
  SubmissionsOfEarlierVersions1764000700000,
  ItemReadings1764100100000,
  SignInDelays1764100400000,
  AddressSetters1764100410000,
  InstallationIncidents1764100420000,
  StorageProof1764100430000,
];
