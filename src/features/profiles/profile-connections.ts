import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MailServer } from '../../drivers/port/mail-server.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { SecretBox } from '../../platform/secrets/secret-box.js';
import { LOG } from '../../platform/tokens.js';
import { MailServerFactory } from './mail-server-factory.js';
import { secretOwner, type ProfileConnection } from './profile.js';
import { ProfilesStore } from './profiles.store.js';
import { TrackedServer } from './tracked-server.js';

const idleMs = 10 * 60_000;
/** A run with the old version may be between two calls; it is over, or its calls fail, before long. */
const supersededIdleMs = 60_000;
const sweepMs = 30_000;

interface Open {
  readonly profileId: string;
  readonly version: number;
  readonly server: TrackedServer;
}

/** The mail servers of this process: one per profile and version, shared by all its mailboxes. */
@Injectable()
export class ProfileConnections implements OnApplicationShutdown {
  private readonly open = new Map<string, Open>();
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
    private readonly store: ProfilesStore,
    private readonly factory: MailServerFactory,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * The profile with its password in plain: for the call, never for a log or an answer.
   * @throws SecretUnreadable when the key that sealed the password is not on the ring
   */
  async connectionOf(profileId: string): Promise<ProfileConnection | null> {
    const profile = await this.store.find(this.dataSource, profileId);
    if (!profile) return null;
    const { sealedSecret, createdAt: _createdAt, updatedAt: _updatedAt, ...settings } = profile;
    const password = this.secrets.open(sealedSecret, secretOwner(profileId));
    return { ...settings, auth: { ...settings.auth, password } };
  }

  /** No network traffic until it is used. A changed profile gets a server of its own; the old one ends its calls. */
  serverFor(profile: ProfileConnection): MailServer {
    const name = `${profile.id}/${profile.version}`;
    const known = this.open.get(name);
    if (known) {
      known.server.touch();
      return known.server;
    }
    const { ewsUrl, addressSetBy, auth, maxConcurrentConnections: maxConnections } = profile;
    const server = new TrackedServer(this.factory.create({ ewsUrl, addressSetBy, auth, maxConnections }), () =>
      this.clock.now().getTime(),
    );
    this.open.set(name, { profileId: profile.id, version: profile.version, server });
    this.sweeper ??= setInterval(() => void this.sweep(), sweepMs).unref();
    return server;
  }

  /** Closes what nobody uses any more. */
  async sweep(): Promise<void> {
    const newest = new Map<string, number>();
    for (const { profileId, version } of this.open.values())
      newest.set(profileId, Math.max(version, newest.get(profileId) ?? 0));
    const unused = [...this.open].filter(([, { profileId, version, server }]) => {
      const isSuperseded = version < (newest.get(profileId) ?? version);
      return server.idleMs() >= (isSuperseded ? supersededIdleMs : idleMs);
    });
    await Promise.all(unused.map(([name]) => this.closeOne(name)));
  }

  /** Closes all of them; calls under way are cut. */
  async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.sweeper = undefined;
    await Promise.all([...this.open.keys()].map((name) => this.closeOne(name)));
  }

  /** Not earlier: runs that are given time to finish still talk to their servers. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  private async closeOne(name: string): Promise<void> {
    const entry = this.open.get(name);
    this.open.delete(name);
    try {
      await entry?.server.close();
    } catch (error) {
      this.log.warn({ err: error, profileId: entry?.profileId }, 'the connections to a mail server did not close');
    }
  }
}
