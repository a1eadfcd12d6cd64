import type { EntityManager } from 'typeorm';

/** Learns of changes to profiles in their transaction. Whichever module provides it, profiles find it. */
export abstract class ProfileListener {
  /** Address, credentials or the way of access changed: what failed before may work now and is worth a try at once. */
  abstract connectionChanged(manager: EntityManager, profileId: string): Promise<void>;

  /** Others are to be told of trouble, or at another time; open incidents have them at once. */
  abstract recipientsChanged(manager: EntityManager, profileId: string): Promise<void>;

  /** A profile is gone, and with it perhaps the last one of its server. */
  abstract removed(manager: EntityManager): Promise<void>;
}
