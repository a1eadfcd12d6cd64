import type { Sql } from '../../platform/database/data-source.js';

/** How far deliveries have come, for whoever removes what a receiver may still come to fetch. */
export abstract class DeliveryHorizon {
  /**
   * For each profile that has an event which an enabled endpoint has not taken yet: a time before which
   * (by `occurred_at`) all of its events are delivered. A profile that is missing has none waiting. Too
   * early a time only keeps content longer; events commit out of the order of their times, so it must lie
   * before the times of all transactions that are still open.
   */
  abstract undeliveredSince(sql: Sql, profileIds: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}
