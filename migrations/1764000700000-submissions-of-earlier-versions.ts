import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * During a rolling update, processes of an earlier version run against the migrated database. They announce a
 * submission without counting it, and an interrupted one would then look as if it surely had no effect: the next
 * process would send the message again. This version changes the count in the statement that changes the step, which is
 * how the trigger tells the two apart.
 */
const statements = [
  `CREATE FUNCTION outgoing_count_submission() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     NEW.doubtful_submissions := CASE WHEN NEW.step = 'submitting' THEN 1 ELSE 0 END;
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER outgoing_count_submission BEFORE UPDATE OF step ON outgoing_messages FOR EACH ROW
   WHEN ((NEW.step = 'submitting') <> (OLD.step = 'submitting') AND NEW.doubtful_submissions = OLD.doubtful_submissions)
   EXECUTE FUNCTION outgoing_count_submission()`,
  /* Submissions that they announced between the migration that added the count and this one. */
  `UPDATE outgoing_messages SET doubtful_submissions = 1 WHERE step = 'submitting' AND state = 'sending' AND doubtful_submissions = 0`,
];

/** Counts the submissions of processes that do not count them. */
export class SubmissionsOfEarlierVersions1764000700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
