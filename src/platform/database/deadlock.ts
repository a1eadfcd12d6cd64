const attempts = 3;
const endedByPostgres = ['40P01', '40001'];

/**
 * Carries out a whole transaction, and again when PostgreSQL ended it to resolve a deadlock: nothing of it was
 * written, so it is simply written again.
 */
export async function againAfterDeadlock<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (attempt === attempts || typeof code !== 'string' || !endedByPostgres.includes(code)) throw error;
    }
  }
}
