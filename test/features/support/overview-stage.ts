import { EventsStore } from '../../../src/features/feed/events.store.js';
import { Sampler } from '../../../src/features/insight/overview/sampler.js';
import { SamplesStore } from '../../../src/features/insight/overview/samples.store.js';
import { recordedLog } from '../../support/api.js';
import type { WholeStage } from './whole-stage.js';

/** The sampler of a further worker, not started. */
export const samplerOf = (stage: WholeStage): Sampler =>
  new Sampler(stage.dataSource, stage.get(SamplesStore), stage.get(EventsStore), stage.clock, recordedLog().log);
