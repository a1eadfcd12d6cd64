import type { Names as PortNames } from '../../port/explanations/names.js';
import type { ServerKind } from '../../port/explanations/setup-guide.js';
import { serverKind } from './server-kind.js';

/** The names, and which of the two kinds of Exchange the words and commands are for. */
export interface Names extends PortNames {
  readonly kind: ServerKind;
}

/** Adds the kind of Exchange, as the address of the profile tells it. */
export const exchangeNames = (names: PortNames): Names => ({ ...names, kind: serverKind(names.context.ewsUrl) });
