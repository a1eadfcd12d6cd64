/** SQL for the name of the API key or the user with this id; null when nobody has it. @param id SQL, a uuid */
export const callerName = (id: string) =>
  `(SELECT k.name FROM api_keys k WHERE k.id = ${id} UNION ALL SELECT u.name FROM users u WHERE u.id = ${id} LIMIT 1)`;
