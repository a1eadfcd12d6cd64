import type { Settings } from './settings.js';

/** Where people reach the API, without a slash at the end. */
export function publicUrlOf(settings: Pick<Settings, 'publicUrl' | 'host' | 'port'>): string {
  return settings.publicUrl ?? `http://${settings.host}:${settings.port}`;
}
