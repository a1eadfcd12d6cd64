import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Caller } from '../features/identity/callers/caller.js';
import { RequireScope } from '../features/identity/callers/require-scope.js';
import { eventsKeptMs } from '../features/feed/feed-retention.js';
import { reportKeptMs } from '../features/diagnostics/report-age.js';
import { historyKeptMs } from '../features/insight/history/history-span.js';
import { Clock } from '../platform/clock/clock.js';
import { roles, type Settings } from '../platform/config/settings.js';
import { Answers } from '../platform/http/answers.js';
import { SETTINGS } from '../platform/tokens.js';
import { AboutStore } from './about.store.js';
import { readRelease, type Release } from './release.js';

const days = z.int();
const unlessAdmin = 'Null for whoever may not administer everything';
const about = z
  .object({
    version: z.string(),
    revision: z.string().nullable().describe('Of the sources; null: whoever built it did not say'),
    node: z.string().nullable().describe(`Version of Node.js. ${unlessAdmin}`),
    roles: z.array(z.enum(roles)).describe('Of the process that answers; others may have others'),
    queue: z.object({ kind: z.enum(['redis', 'postgres']) }),
    database: z.object({
      version: z.string().nullable().describe(`Of PostgreSQL. ${unlessAdmin}`),
      embedded: z.boolean().describe('Our own, in POSTROOM_DATA_DIR'),
    }),
    sandbox: z.boolean().describe('A sandbox Exchange runs in this process'),
    publicUrl: z.string().nullable().describe('PUBLIC_URL; null: not set'),
    retention: z.object({
      eventsDays: days.describe('The change feed'),
      historyDays: days.describe('Timelines of mailboxes'),
      diagnosticsDays: days.describe('Kept results of analyses'),
      contentDays: z
        .object({
          shortest: days.nullable(),
          longest: days.nullable(),
          unlimitedProfiles: z.int().describe('Profiles that keep it for ever'),
        })
        .describe(
          'Content of mail, which each profile sets for itself; of the profiles that the caller sees. Null: none has a limit',
        ),
    }),
    startedAt: z.iso.datetime().describe('When the process that answers was started'),
    time: z.iso.datetime(),
  })
  .meta({ id: 'About' });

const inDays = (ms: number) => Math.round(ms / (24 * 60 * 60_000));

@ApiTags('Operations')
@Controller('v1/about')
export class AboutController {
  private readonly release: Release = readRelease();
  private readonly startedAt: Date;

  constructor(
    private readonly store: AboutStore,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.startedAt = clock.now();
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'What runs here', description: 'Version, parts and how long what is kept. Nothing secret.' })
  @Answers(200, 'What runs', about)
  async read(@Caller() caller: Caller): Promise<z.output<typeof about>> {
    // Which version has which hole helps nobody who cannot put a newer one in its place.
    const isAdmin = caller.profileIds === null && caller.scopes.includes('admin');
    const { roles: own, redisUrl, databaseUrl, sandbox, publicUrl } = this.settings;
    const [version, content] = await Promise.all([
      isAdmin ? this.store.databaseVersion() : null,
      this.store.contentRetention(caller.profileIds),
    ]);
    return {
      ...this.release,
      node: isAdmin ? process.versions.node : null,
      roles: [...own],
      queue: { kind: redisUrl === null ? 'postgres' : 'redis' },
      database: { version, embedded: databaseUrl === null },
      sandbox,
      publicUrl,
      retention: {
        eventsDays: inDays(eventsKeptMs),
        historyDays: inDays(historyKeptMs),
        diagnosticsDays: inDays(reportKeptMs),
        contentDays: { shortest: content.shortest, longest: content.longest, unlimitedProfiles: content.unlimited },
      },
      startedAt: this.startedAt.toISOString(),
      time: this.clock.now().toISOString(),
    };
  }
}
