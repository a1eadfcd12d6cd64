/**
 * Where a person reads of an incident: its page of the console. By the API it is `/v1/incidents/{id}`.
 * @param publicUrl without a slash at the end
 */
export const incidentAddress = (publicUrl: string, id: string): string =>
  `${publicUrl}/incidents/${encodeURIComponent(id)}`;
