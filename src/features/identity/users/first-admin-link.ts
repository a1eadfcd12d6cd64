import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { SignInLinksStore } from '../sign-in/sign-in-links.store.js';
import { SignInLinks } from '../sign-in/sign-in-links.js';
import { UsersStore } from './users.store.js';

/** Processes that start together print a link each, and each of these must work. */
const startingTogetherMs = 2 * 60_000;

/** The link by which the first administrator comes in, or one who has lost access. */
@Injectable()
export class FirstAdminLink {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly users: UsersStore,
    private readonly store: SignInLinksStore,
    private readonly links: SignInLinks,
  ) {}

  /**
   * To be called at each start, after the migrations, by any number of processes.
   * @returns the token to print while no administrator can sign in, else null
   */
  async whileThereIsNone(): Promise<string | null> {
    return this.dataSource.transaction(async (manager) => {
      await this.store.lockFirstAdmin(manager);
      if (await this.users.hasAdmin(manager)) return null;
      await this.store.removeFirstAdmin(manager, this.clock.in(-startingTogetherMs));
      return (await this.links.make(manager, 'first-admin', null)).token;
    });
  }

  /** In place of all others. @returns the token */
  async make(): Promise<string> {
    return this.dataSource.transaction(async (manager) => {
      await this.store.lockFirstAdmin(manager);
      await this.store.removeFirstAdmin(manager, null);
      return (await this.links.make(manager, 'first-admin', null)).token;
    });
  }
}
