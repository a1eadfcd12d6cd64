import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /* Always empty: what is written into it is rolled back. No column is wide enough for TOAST, which compresses. */
  `CREATE TABLE storage_proof (value uuid NOT NULL)`,
];

/** A table to write into while it is not known whether anything can be stored. */
export class StorageProof1764100430000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
