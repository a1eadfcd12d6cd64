import { collectDefaultMetrics, Registry } from 'prom-client';

/** The process's Prometheus registry; features make their own metrics in it. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'postroom_' });
  return registry;
}
