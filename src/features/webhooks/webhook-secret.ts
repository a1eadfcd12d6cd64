import { randomBytes } from 'node:crypto';

/** 24 to 64 bytes by the specification. */
const secretBytes = 32;

export const newWebhookSecret = (): string => `whsec_${randomBytes(secretBytes).toString('base64')}`;

/** Whose a sealed signing secret is. */
export const webhookSecretOwner = (endpointId: string): string => `webhook_endpoints/${endpointId}/secret`;
