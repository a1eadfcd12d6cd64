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
];
