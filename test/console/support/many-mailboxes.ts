import type { DataSource } from 'typeorm';

interface Many {
  readonly profileId: string;
  readonly count: number;
  /** How many of them the server refuses. */
  readonly failed?: number;
  /** How many of them nobody has approved. */
  readonly unapproved?: number;
}

const failure = (code: string) =>
  JSON.stringify({
    code,
    category: 'impersonation-permission',
    during: 'incoming',
    operation: 'GetFolder',
    message: 'The account does not have permission to impersonate the requested user.',
    values: {},
    at: '2026-03-01T07:00:00.000Z',
    requestId: null,
    clientRequestId: null,
    httpStatus: 200,
    frontEndServer: null,
    backEndServer: null,
    serverVersion: null,
  });

/** Writes mailboxes past the API: `m1@many.example` and so on, `User 1`; the failed come first, then the unapproved. */
export async function seedMailboxes(dataSource: DataSource, many: Many): Promise<void> {
  const { profileId, count, failed = 0, unapproved = 0 } = many;
  await dataSource.query(
    `INSERT INTO mailboxes (id, profile_id, email_address, display_name, incoming, outgoing, state, failure, approved_at, state_since, last_sync_at, created_at, updated_at)
     SELECT ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'm' || n || '@many.example', 'User ' || n, true, n % 3 > 0,
       CASE WHEN n <= $3 THEN 'failed' WHEN n <= $3 + $4 THEN 'paused' ELSE 'active' END,
       CASE WHEN n <= $3 THEN $5::jsonb END,
       CASE WHEN n > $3 AND n <= $3 + $4 THEN NULL ELSE now() END,
       '2026-03-01T07:00:00Z', '2026-03-01T07:55:00Z', now(), now()
     FROM generate_series(1, $2::int) n`,
    [profileId, count, failed, unapproved, failure('ErrorImpersonateUserDenied')],
  );
  await dataSource.query(
    `INSERT INTO mailbox_work (mailbox_id, kind, profile_id)
     SELECT id, kind, profile_id FROM mailboxes, unnest(ARRAY['incoming', 'outgoing', 'test']) kind
     WHERE profile_id = $1 ON CONFLICT DO NOTHING`,
    [profileId],
  );
  await dataSource.query('ANALYZE mailboxes, mailbox_work');
}
