import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who set the address of a profile's server. Existing addresses were set before there were rules and keep working; the
 * same holds for addresses written by processes of the previous version.
 */
export class AddressSetters1764100410000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE email_server_profiles ADD COLUMN address_set_by text NOT NULL DEFAULT 'administrator'
         CHECK (address_set_by IN ('administrator', 'owner'))`,
    );
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
