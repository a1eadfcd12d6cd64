import type { DataSource } from 'typeorm';

export interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** What a data source sends to the database while `act` runs, transaction control apart. */
export async function statementsOf(dataSource: DataSource, act: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const { logger } = dataSource;
  const nothing = () => undefined;
  dataSource.logger = {
    logQuery: (sql: string, parameters?: unknown[]) => {
      if (!/^(?:START TRANSACTION|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i.test(sql))
        statements.push({ sql, parameters: parameters ?? [] });
    },
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  try {
    await act();
  } finally {
    dataSource.logger = logger;
  }
  return statements;
}
