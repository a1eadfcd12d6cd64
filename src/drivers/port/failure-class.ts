/** What kind of trouble an error is; decides the words and who can mend it. */
export type FailureCategory =
  | 'client-bug'
  | 'credentials-auth'
  | 'impersonation-permission'
  | 'item-permanent'
  | 'mailbox-gone-moved'
  | 'network'
  | 'other'
  | 'protocol'
  | 'quota-size'
  | 'sync-state-invalid'
  | 'throttling'
  | 'transient-server';

/** How far the trouble reaches, as far as one answer can tell. */
export type FailureScope = 'item' | 'mailbox' | 'profile' | 'server';

/** Whether and how the same call can succeed later. */
export type FailureRetry = 'never' | 'backoff' | 'resync' | 'immediately';

/** The class of an error in short, as tables of codes have it. */
export type FailureClass = readonly [category: FailureCategory, scope: FailureScope, retry: FailureRetry];
