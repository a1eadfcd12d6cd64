/** What keeps the embedded PostgreSQL from running, in words that name the remedy. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
