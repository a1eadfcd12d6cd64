import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SeenTraits, SendingTraits } from './sending-traits.js';

const columnOf = {
  movesDrafts: { yes: 'draft_moved_at', no: 'draft_left_at' },
  keepsMarker: { yes: 'marker_kept_at', no: 'marker_dropped_at' },
} as const;

/** The SQL of how servers treat what is sent over them. */
@Injectable()
export class SendingTraitsStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Of the profile's server; null when nothing was seen of it. */
  async of(profileId: string): Promise<SeenTraits | null> {
    const [row] = await this.dataSource.query<SeenTraits[]>(
      `SELECT t.draft_moved_at AS "draftMovedAt", t.draft_left_at AS "draftLeftAt", t.marker_kept_at AS "markerKeptAt",
         t.marker_dropped_at AS "markerDroppedAt"
       FROM sending_traits t JOIN email_server_profiles p ON p.server_host = t.host WHERE p.id = $1`,
      [profileId],
    );
    return row ?? null;
  }

  async note(profileId: string, trait: keyof SendingTraits, value: boolean, now: Date): Promise<void> {
    const column = columnOf[trait][value ? 'yes' : 'no'];
    await this.dataSource.query(
      `INSERT INTO sending_traits (host, ${column}) SELECT server_host, $2 FROM email_server_profiles WHERE id = $1 AND server_host IS NOT NULL
       ON CONFLICT (host) DO UPDATE SET ${column} = excluded.${column}`,
      [profileId, now],
    );
  }
}
