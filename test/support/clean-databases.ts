import { randomBytes } from 'node:crypto';
import { eventually } from './eventually.js';
import { databaseUrl, withAdmin, type Admin } from './test-server.js';

/** Everything about a schema that a test could alter. Ids are those of the template; files, which TRUNCATE changes, are not named. */
const schemaSql = `
  SELECT md5(string_agg(line, ',' ORDER BY line)) AS schema FROM (
    SELECT concat_ws(' ', 'class', oid, relname, relkind, relowner, reltablespace, relpersistence, relrowsecurity, reloptions, relacl) AS line
      FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull, attidentity, attgenerated, attisdropped, pg_get_expr(adbin, adrelid))
      FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
      WHERE c.relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL SELECT concat_ws(' ', 'index', indexrelid, indisvalid, indisready) FROM pg_index
    UNION ALL SELECT concat_ws(' ', 'rule', oid, ev_enabled) FROM pg_rewrite
    UNION ALL SELECT concat_ws(' ', 'constraint', oid, convalidated) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', 'function', oid, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'extension', extname) FROM pg_extension
    UNION ALL SELECT concat_ws(' ', 'namespace', nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
    UNION ALL SELECT concat_ws(' ', 'setting', setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
      WHERE d.datname = current_database()
  ) lines`;

/** A database as the migrations leave it: its tables, and the rows that every installation begins with. */
interface Beginning {
  readonly schema: string;
  readonly tables: readonly string[];
  readonly seeds: ReadonlyMap<string, string>;
}

const key = Symbol.for('postroom-clean-databases');

/**
 * Databases that tests of this worker have given back, emptied for the next ones: to clone the template for each test
 * and to drop the database after it takes several times as long.
 */
export class CleanDatabases {
  private readonly free: string[] = [];
  private beginning: Beginning | null = null;

  /** Those on the server of POSTROOM_TEST_PG, whatever test file of the worker asks. */
  static onServer(): CleanDatabases {
    const worker = globalThis as { [key]?: Map<string, CleanDatabases> };
    const byServer = (worker[key] ??= new Map());
    const server = databaseUrl('');
    let databases = byServer.get(server);
    if (databases === undefined) byServer.set(server, (databases = new CleanDatabases()));
    return databases;
  }

  take(): string | undefined {
    return this.free.pop();
  }

  /** @param name a database that was cloned from the template and that nobody has used */
  async learn(name: string): Promise<void> {
    this.beginning ??= await withAdmin(beginningOf, databaseUrl(name));
  }

  /** @returns false: it cannot be used again, because its schema was altered or somebody is still connected */
  async giveBack(name: string): Promise<boolean> {
    const { beginning } = this;
    if (beginning === null) return false;
    try {
      const isClean = await withAdmin(async (admin) => {
        if (!(await isAlone(admin)) || (await schemaOf(admin)) !== beginning.schema) return false;
        await empty(admin, beginning);
        return true;
      }, databaseUrl(name));
      if (!isClean) return false;
      // Whoever still knows the old name must not come back into the next test.
      const next = `test_${randomBytes(6).toString('hex')}`;
      await withAdmin((admin) => admin.query(`ALTER DATABASE ${name} RENAME TO ${next}`));
      this.free.push(next);
      return true;
    } catch {
      // It takes no connections, is read-only or full: the test did that, and nobody else shall have it.
      return false;
    }
  }
}

async function beginningOf(admin: Admin): Promise<Beginning> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`,
  );
  const tables = rows.map(({ name }) => name);
  const seeds = new Map<string, string>();
  for (const table of await filled(admin, tables)) {
    const { rows: found } = await admin.query<{ rows: string }>(`SELECT json_agg(t)::text AS rows FROM ${table} t`);
    seeds.set(table, found[0]?.rows ?? '[]');
  }
  return { schema: await schemaOf(admin), tables, seeds };
}

async function schemaOf(admin: Admin): Promise<string> {
  const { rows } = await admin.query<{ schema: string }>(schemaSql);
  return rows[0]?.schema ?? '';
}

async function filled(admin: Admin, tables: readonly string[]): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    tables.map((table) => `SELECT '${table}' AS name WHERE EXISTS (SELECT FROM ${table})`).join(' UNION ALL '),
  );
  return rows.map(({ name }) => name);
}

async function empty(admin: Admin, { tables, seeds }: Beginning): Promise<void> {
  const statements = [`TRUNCATE ${(await filled(admin, tables)).join(', ')} RESTART IDENTITY CASCADE`];
  for (const [table, rows] of seeds)
    statements.push(
      `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::${table}, $seed$${rows}$seed$)`,
    );
  await admin.query(statements.join(';'));
}

/** A closed connection is still there for a moment. */
async function isAlone(admin: Admin): Promise<boolean> {
  return eventually(
    async () => {
      const { rows } = await admin.query<{ others: number }>(
        `SELECT count(*)::int AS others FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
      return rows[0]?.others === 0;
    },
    { timeoutMs: 2_000 },
  ).then(
    () => true,
    () => false,
  );
}
