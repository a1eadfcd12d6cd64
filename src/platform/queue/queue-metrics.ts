import { Counter, Histogram, type Registry } from 'prom-client';
import type { FinishedJob } from './job-runner.js';

/** Makes the metrics of jobs. @returns what `QueueModuleOptions.onJobFinished` wants */
export function queueMetrics(registry: Registry): (job: FinishedJob) => void {
  const wait = new Histogram({
    name: 'postroom_queue_wait_seconds',
    help: 'Time from entering the queue to being taken up',
    labelNames: ['job'],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 45],
    registers: [registry],
  });
  const jobs = new Counter({
    name: 'postroom_jobs_total',
    help: 'Jobs by outcome',
    labelNames: ['job', 'outcome'],
    registers: [registry],
  });
  return (job) => {
    wait.observe({ job: job.name }, job.waitMs / 1000);
    jobs.inc({ job: job.name, outcome: job.outcome });
  };
}
