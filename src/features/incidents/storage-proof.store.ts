import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storageCauseOf } from '../../platform/database/storage-cause.js';

/** Half a megabyte that neither PostgreSQL nor a file system can compress. */
const rows = 12_000;
/** Another process proves it at this moment, or a backup reads the table; in ms. */
const lockTimeoutMs = 2_000;
const lockNotAvailable = '55P03';

/**
 * All SQL on storage_proof. The table is there from a migration, since a role may be denied temporary tables, and it
 * stays empty.
 */
@Injectable()
export class StorageProofStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Whether half a megabyte can be stored. Nothing of it stays.
   * @throws what has nothing to do with storing
   */
  async succeeds(): Promise<boolean> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      await runner.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
      // Into a file of its own, which goes with the rollback: rows that fit into pages that are there already prove
      // nothing, and pages that stayed would take the last room from mail.
      await runner.query('TRUNCATE storage_proof');
      await runner.query('INSERT INTO storage_proof SELECT gen_random_uuid() FROM generate_series(1, $1::integer)', [
        rows,
      ]);
      return true;
    } catch (error) {
      if (storageCauseOf(error) !== null || (error as { readonly code?: unknown }).code === lockNotAvailable)
        return false;
      throw error;
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
  }
}
