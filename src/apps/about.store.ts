import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How long profiles keep the content of mail, in days; null: there is none with a limit. */
export interface ContentRetentionSpan {
  readonly shortest: number | null;
  readonly longest: number | null;
  /** Profiles that keep it for ever. */
  readonly unlimited: number;
}

/** The SQL of what a process tells about itself. */
@Injectable()
export class AboutStore {
  constructor(private readonly dataSource: DataSource) {}

  async databaseVersion(): Promise<string> {
    const [row] = await this.dataSource.query<{ server_version: string }[]>('SHOW server_version');
    return row?.server_version ?? '';
  }

  async contentRetention(profileIds: readonly string[] | null): Promise<ContentRetentionSpan> {
    const [row] = await this.dataSource.query<ContentRetentionSpan[]>(
      `SELECT min(content_retention_days) AS shortest, max(content_retention_days) AS longest,
         (count(*) FILTER (WHERE content_retention_days IS NULL))::int AS unlimited
       FROM email_server_profiles WHERE $1::uuid[] IS NULL OR id = ANY($1)`,
      [profileIds],
    );
    return row ?? { shortest: null, longest: null, unlimited: 0 };
  }
}
