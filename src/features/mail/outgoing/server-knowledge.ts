import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { MailboxSession } from '../../../drivers/port/mail-server.js';
import { Clock, pause } from '../../../platform/clock/clock.js';
import { nothingKnown, traitsOf, type SendingTraits } from './sending-traits.js';
import { SendingTraitsStore } from './sending-traits.store.js';

/** What is known of the server that a message is sent over. */
export interface ServerKnowledge {
  readonly traits: SendingTraits;
  /** What is worth a look at the next opportunity. */
  readonly due: { readonly draft: boolean; readonly marker: boolean };
  learn(trait: keyof SendingTraits, value: boolean): Promise<void>;
}

/** For who keeps nothing: what is in doubt then stays in doubt. */
export const noKnowledge: ServerKnowledge = {
  traits: nothingKnown,
  due: { draft: false, marker: false },
  learn: async () => undefined,
};

/** Keeps what sending teaches of servers, for all mailboxes of a server and all processes. */
@Injectable()
export class ServerKnowledgeSource {
  constructor(
    private readonly store: SendingTraitsStore,
    private readonly clock: Clock,
  ) {}

  /** As of now; what is learnt through it shows in it at once. */
  async of(profileId: string): Promise<ServerKnowledge> {
    let known = traitsOf(await this.store.of(profileId), this.clock.now());
    return {
      get traits() {
        return known.traits;
      },
      get due() {
        return known.due;
      },
      learn: async (trait, value) => {
        await this.store.note(profileId, trait, value, this.clock.now());
        known = traitsOf(await this.store.of(profileId), this.clock.now());
      },
    };
  }
}

/** A server may take a moment to file what it has sent. */
const pausesMs = [0, 500, 2_000];

/**
 * Looks once what became of a draft whose submission was answered with success, when that is not known of the
 * server. An error of the server leaves it open: this is not worth a message.
 */
export async function observeSubmitted(
  session: Pick<MailboxSession, 'readDraft'>,
  itemId: string,
  server: ServerKnowledge,
  signal: AbortSignal,
): Promise<void> {
  if (!server.due.draft) return;
  try {
    for (const ms of pausesMs) {
      await pause(ms, signal);
      if (signal.aborted) return;
      if ((await session.readDraft(itemId, { signal })) === null) return await server.learn('movesDrafts', true);
    }
  } catch (error) {
    if (signal.aborted || error instanceof MailServerError) return;
    throw error;
  }
  await server.learn('movesDrafts', false);
}
