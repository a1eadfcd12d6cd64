import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { SecretBox } from '../../platform/secrets/secret-box.js';
import { beyondOwnReach } from '../identity/api-keys/api-keys.js';
import type { Caller } from '../identity/callers/caller.js';
import { EndpointListeners } from './endpoint-listener.js';
import { EventsStore } from '../feed/events.store.js';
import type { EndpointSettings, EndpointView } from './webhook-endpoint.js';
import type { EndpointPatch, NewEndpoint } from './webhook-endpoints.schemas.js';
import { WebhookEndpointsStore } from './webhook-endpoints.store.js';
import { bodyOfTest, WebhookSigner } from './webhook-request.js';
import { newWebhookSecret, webhookSecretOwner } from './webhook-secret.js';
import { WebhookSender, type Attempt } from './webhook-sender.js';

/** What people do with webhook endpoints. */
@Injectable()
export class WebhookEndpoints {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly secretBox: SecretBox,
    private readonly store: WebhookEndpointsStore,
    private readonly events: EventsStore,
    private readonly sender: WebhookSender,
    private readonly listeners: EndpointListeners,
  ) {}

  /** @throws Problem not-found */
  async read(id: string, caller: Caller): Promise<EndpointView> {
    return this.found(await this.store.find(this.dataSource.manager, id, caller.profileIds));
  }

  /** It is told of what happens from now on. @returns its id, and the secret, which is known here for the last time */
  async create(manager: EntityManager, caller: Caller, wanted: NewEndpoint): Promise<{ id: string; secret: string }> {
    const settings = await this.checked(manager, caller, wanted);
    const [id, secret] = [uuid(), newWebhookSecret()];
    const sealed = this.secretBox.seal(secret, webhookSecretOwner(id));
    const end = await this.events.horizon(manager);
    await this.store.insert(manager, id, settings, sealed, end, this.clock.now());
    return { id, secret };
  }

  /** @throws Problem not-found, beyond-own-reach, invalid-request */
  async patch(id: string, caller: Caller, patch: EndpointPatch): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const before = await this.locked(manager, id, caller);
      const { url, description, eventTypes, profileIds, enabled, owner } = before;
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const settings = { url, description, eventTypes, profileIds, enabled, owner, ...given } as EndpointSettings;
      const now = this.clock.now();
      await this.store.update(manager, id, await this.checked(manager, caller, settings), now);
      // Of the profiles before the change: their readers know of the trouble.
      if (settings.enabled && !before.enabled) await this.listeners.present()?.switchedOn(manager, before, now);
    });
  }

  async remove(id: string, caller: Caller): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const endpoint = await this.locked(manager, id, caller);
      const now = this.clock.now();
      await this.store.remove(manager, id, now);
      await this.listeners.present()?.removed(manager, endpoint, now);
    });
  }

  /** @returns the new secret, which is known here for the last time */
  async rotate(manager: EntityManager, id: string, caller: Caller, overlapSeconds: number): Promise<string> {
    await this.locked(manager, id, caller);
    const secret = newWebhookSecret();
    const sealed = this.secretBox.seal(secret, webhookSecretOwner(id));
    await this.store.rotate(manager, id, sealed, this.clock.in(overlapSeconds * 1000), this.clock.now());
    return secret;
  }

  /** Sends a `webhook.test` event at once, also to an endpoint that is switched off. */
  async test(id: string, caller: Caller): Promise<Attempt> {
    const { url } = await this.read(id, caller);
    const now = this.clock.now();
    const sealed = await this.store.secretsOf(this.dataSource.manager, id, now);
    const signer = new WebhookSigner(sealed.map((secret) => this.secretBox.open(secret, webhookSecretOwner(id))));
    return this.sender.send(url, signer.sign(uuid(), bodyOfTest(id, now), now));
  }

  /** Locks the endpoint to the end of the transaction. @throws Problem not-found */
  async locked(manager: EntityManager, id: string, caller: Caller): Promise<EndpointView> {
    if (!(await this.store.lock(manager, id, caller.profileIds))) throw new Problem(problems.notFound);
    return this.found(await this.store.find(manager, id, caller.profileIds));
  }

  private async checked(manager: EntityManager, caller: Caller, wanted: EndpointSettings): Promise<EndpointSettings> {
    this.checkUrl(wanted.url);
    const profileIds = wanted.profileIds && [...new Set(wanted.profileIds)];
    if (caller.profileIds !== null && !profileIds?.every((id) => caller.sees(id))) throw new Problem(beyondOwnReach);
    const unknown = profileIds ? await this.store.unknownProfiles(manager, profileIds) : [];
    if (unknown.length > 0) throw invalid('profileIds', `there is no profile ${unknown[0]}`);
    return { ...wanted, profileIds, eventTypes: wanted.eventTypes && [...new Set(wanted.eventTypes)] };
  }

  /** Only what is plain to see; names are looked up when a connection is made, each time. */
  private checkUrl(text: string): void {
    const { protocol, hostname } = new URL(text);
    const { rules } = this.sender;
    const encrypted = protocol === 'https:';
    if (!encrypted && !rules.allowsSome)
      throw invalid('url', 'must begin with https://; WEBHOOK_ALLOWED_NETWORKS names networks where http is allowed');
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !rules.allows(literal, encrypted))
      throw invalid('url', 'must not lead to a private address; WEBHOOK_ALLOWED_NETWORKS can allow it');
  }

  private found(view: EndpointView | null): EndpointView {
    if (!view) throw new Problem(problems.notFound);
    return view;
  }
}

function invalid(field: string, message: string): Problem {
  return new Problem(problems.invalidRequest, `${field}: ${message}`, { errors: [{ field, message }] });
}
