import { Client } from 'pg';

export type Admin = Pick<Client, 'query'>;

/** URL of a database on the server of this test's worker, as its superuser. */
export function databaseUrl(database: string): string {
  const server = process.env.POSTROOM_TEST_PG;
  if (!server) throw new Error('POSTROOM_TEST_PG is not set: test/support/global-setup.ts did not run');
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** @param url of the database to connect to; that of the server by default */
export async function withAdmin<T>(use: (admin: Admin) => Promise<T>, url = process.env.POSTROOM_TEST_PG): Promise<T> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.end();
  }
}
