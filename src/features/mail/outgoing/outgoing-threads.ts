import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../../platform/database/data-source.js';
import { ProfilesStore } from '../../profiles/profiles.store.js';
import { Threading, type ThreadedMessage } from '../threads/threading.js';

/** The thread of a message about to be accepted. */
export interface OutgoingThread {
  /** As it goes out: with the profile's token where that is on. */
  readonly subject: string;
  /** To be called once, when the message is stored. */
  join(message: Omit<ThreadedMessage, 'kind' | 'at' | 'conversationId'>, now: Date): Promise<void>;
}

/** Puts what is sent into threads, from the moment it is accepted: an answer may come before the copy in Sent Items. */
@Injectable()
export class OutgoingThreads {
  constructor(
    private readonly profiles: ProfilesStore,
    private readonly threading: Threading,
  ) {}

  async begin(sql: Sql, profileId: string, subject: string): Promise<OutgoingThread> {
    const profile = await this.profiles.find(sql, profileId);
    if (!profile) throw new Error(`profile ${profileId} is missing`);
    const name = uuidv7();
    return {
      subject: await this.threading.markedSubject(sql, profile, subject, name),
      join: async (message, now) => {
        const threaded = { ...message, kind: 'outgoing', conversationId: null, at: now } as const;
        await this.threading.join(sql, profile, [threaded], now, name);
      },
    };
  }
}
