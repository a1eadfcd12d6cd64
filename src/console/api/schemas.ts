import type { components } from './schema.js';

/** A resource or body of the API by the name that its reference has: `Schema<'Mailbox'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];
