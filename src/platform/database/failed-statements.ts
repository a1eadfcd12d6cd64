import { AbstractLogger, type DataSource, type LogLevel, type LogMessage } from 'typeorm';

/**
 * Passes on the errors of failed statements. It is attached where TypeORM reports them, so that callers need not do it;
 * errors that are caught and retried are passed on as well.
 */
export class FailedStatements extends AbstractLogger {
  private readonly listeners: ((error: unknown) => void)[] = [];

  constructor() {
    super(false);
  }

  listen(listener: (error: unknown) => void): void {
    this.listeners.push(listener);
  }

  override logQueryError(error: string | Error): void {
    for (const listener of this.listeners) listener(error);
  }

  protected writeLog(
    _level: LogLevel,
    _message: LogMessage | string | number | (LogMessage | string | number)[],
  ): void {
    // Statements hold content of mail: nothing of TypeORM's goes to the log.
  }
}

/** Those of a data source of ours. */
export function failedStatementsOf({ logger }: DataSource): FailedStatements {
  if (logger instanceof FailedStatements) return logger;
  throw new Error('the data source was not made by createDataSource');
}
