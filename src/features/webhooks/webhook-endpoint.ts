import type { EventType } from '../feed/event.js';
import type { FeedPosition } from '../feed/feed-position.js';

export const disabledReasons = ['manual', 'gone', 'failing'] as const;
/** manual: a person; gone: it answered 410; failing: five days without a success. */
export type DisabledReason = (typeof disabledReasons)[number];

/** Who is told when an endpoint is switched off because it fails. */
interface EndpointOwner {
  readonly name: string;
  readonly email: string;
}

/** What people say about an endpoint. */
export interface EndpointSettings {
  readonly url: string;
  readonly description: string | null;
  /** Null: all. */
  readonly eventTypes: readonly EventType[] | null;
  /** Null: all, later ones too. */
  readonly profileIds: readonly string[] | null;
  readonly enabled: boolean;
  /** Null: nobody is told. */
  readonly owner: EndpointOwner | null;
}

/** An endpoint as the API shows it. */
export interface EndpointView extends EndpointSettings {
  readonly id: string;
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
  readonly previousSecretUntil: Date | null;
  readonly holdUntil: Date | null;
  readonly failingSince: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastError: string | null;
  readonly lastErrorAt: Date | null;
  readonly delivered: number;
  /** Fanned out and not delivered yet; counted up to a limit. */
  readonly pending: number;
  readonly failed: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An endpoint in the hands of the worker that delivers to it. */
export interface LeasedEndpoint {
  readonly id: string;
  readonly token: string;
  readonly url: string;
  readonly eventTypes: readonly EventType[] | null;
  readonly profileIds: readonly string[] | null;
  /** Sealed, the newest first; only those that are valid now. */
  readonly sealedSecrets: readonly string[];
  readonly cursor: FeedPosition;
}
