/** A mailbox to begin with. */
export interface SandboxMailboxSeed {
  /** Primary SMTP address. */
  readonly address: string;
  readonly displayName?: string;
  readonly aliases?: readonly string[];
  /** User principal name; the address when not given. */
  readonly upn?: string;
  /** `S-1-5-21-…`; made up when not given. */
  readonly sid?: string;
  /** Lets the user sign in by address, UPN or the part before the @. */
  readonly password?: string;
  /** Names of groups: for management scopes, and as distribution lists at `<name>@<domain>`. */
  readonly groups?: readonly string[];
}

export interface SandboxServiceAccount {
  readonly username: string;
  readonly password: string;
  /** Addresses the ApplicationImpersonation role covers. */
  readonly scope: 'all' | readonly string[];
  /** Address of the account's own mailbox. */
  readonly mailbox?: string;
}

/** One request and its answer, as they went over the wire (uncompressed). */
export interface RecordedExchange {
  readonly operation: string;
  readonly request: string;
  readonly response: string;
  readonly httpStatus: number;
}

export interface SandboxOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Certificate and key in PEM, to speak HTTPS instead of HTTP. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  /** Mail domain of the organisation; `postroom.example` by default. */
  readonly domain?: string;
  /** Journal that keeps everything over a restart; without it all is in memory. */
  readonly dataFile?: string;
  readonly mailboxes?: readonly SandboxMailboxSeed[];
  readonly serviceAccounts?: readonly SandboxServiceAccount[];
  /** Most items one FindItem returns (EWSFindCountLimit); 1000 by default. */
  readonly findCountLimit?: number;
  /** Larger requests are answered with HTTP 413; 64 MiB by default. */
  readonly maxRequestBytes?: number;
  /** Answer chunked requests with HTTP 411; true by default. */
  readonly refuseChunked?: boolean;
  /** Compress answers over 1 KiB when the client accepts it; true by default. */
  readonly gzip?: boolean;
  /** Calls one account may have open at a time (EWSMaxConcurrency) before ErrorExceededConnectionCount; no limit by default. */
  readonly maxConcurrentCalls?: number;
  /** Milliseconds between heartbeats of a streaming connection; 45 000 by default. */
  readonly heartbeatMs?: number;
  /** Told of every exchange, one envelope at a time. */
  readonly record?: (exchange: RecordedExchange) => void;
  readonly clock?: () => Date;
}
