import 'reflect-metadata';

/** Before each test file: POSTROOM_TEST_PG is the PostgreSQL server of this worker, by its superuser's URL. */
const servers = JSON.parse(process.env.POSTROOM_TEST_PG_SERVERS ?? '[]') as string[];
const server = servers[(Number(process.env.JEST_WORKER_ID ?? 1) - 1) % servers.length];
if (server === undefined) throw new Error('test/support/global-setup.ts did not run');
process.env.POSTROOM_TEST_PG = server;
