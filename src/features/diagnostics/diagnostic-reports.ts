import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import type { Settings } from '../../platform/config/settings.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { SETTINGS } from '../../platform/tokens.js';
import type { Caller } from '../identity/callers/caller.js';
import type { Analysis } from './analysis.js';
import { DiagnosticReportsStore, type KeptReport } from './diagnostic-reports.store.js';
import { reportKeptMs } from './report-age.js';

const hourMs = 60 * 60_000;
const tokenBytes = 32;
const tokenForm = /^[A-Za-z0-9_-]{43}$/;

/** What finds a shared report: 256 random bits need no slow hash, and a look-up by hash tells nothing by its time. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Keeps results of analyses, and shares them by links. */
@Injectable()
export class DiagnosticReports {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: DiagnosticReportsStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @returns its id; null when the profile is gone meanwhile */
  async keep(
    {
      by,
      ...facts
    }: {
      readonly profileId: string | null;
      readonly by: { readonly id: string; readonly name: string };
      readonly emailAddress: string | null;
    },
    { ewsUrl, steps, summary }: Analysis,
  ): Promise<string | null> {
    const id = uuid();
    const report = {
      ...facts,
      apiKeyId: by.id,
      askedBy: by.name,
      id,
      ewsUrl,
      steps,
      summary,
      createdAt: this.clock.now(),
    };
    return (await this.store.insert(this.dataSource.manager, report)) ? id : null;
  }

  /**
   * Makes a link that shows the report without a key; one that was made before ends.
   * @throws Problem not-found
   */
  async share(
    manager: EntityManager,
    id: string,
    caller: Caller,
    expiresInHours: number,
  ): Promise<{ url: string; expiresAt: Date }> {
    const report = await this.store.find(manager, id, caller.profileIds, this.clock.now());
    if (!report) throw new Problem(problems.notFound);
    const wanted = this.clock.in(expiresInHours * hourMs).getTime();
    const expiresAt = new Date(Math.min(wanted, report.createdAt.getTime() + reportKeptMs));
    const token = randomBytes(tokenBytes).toString('base64url');
    if (!(await this.store.share(manager, id, caller.profileIds, { hash: hashOf(token), expiresAt })))
      throw new Problem(problems.notFound);
    return { url: `${this.settings.publicUrl ?? ''}/v1/shared-diagnostics/${token}`, expiresAt };
  }

  /** @throws Problem not-found when there is no such report; one without a link is fine */
  async unshare(id: string, caller: Caller): Promise<void> {
    if (!(await this.store.share(this.dataSource.manager, id, caller.profileIds, null)))
      throw new Problem(problems.notFound);
  }

  /** @throws Problem not-found: a wrong link, an old one and an ended one look alike */
  async shared(token: string): Promise<KeptReport> {
    const report = tokenForm.test(token)
      ? await this.store.findShared(this.dataSource.manager, hashOf(token), this.clock.now())
      : null;
    if (!report) throw new Problem(problems.notFound, 'the link is not valid, or no longer');
    return report;
  }

  /** @returns how many reports went, `limit` at most */
  async removeOld(limit: number): Promise<number> {
    return this.store.removeOlderThan(this.dataSource.manager, this.clock.in(-reportKeptMs), limit);
  }
}
