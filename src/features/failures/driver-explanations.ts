import { exchangeExplanations } from '../../drivers/ews/exchange-explanations.js';
import type { ServerExplanations } from '../../drivers/port/explanations/server-explanations.js';

/** By the name of the driver, which is that of its folder. */
const byDriver = { ews: exchangeExplanations } as const satisfies Readonly<Record<string, ServerExplanations>>;

/** Of the only driver so far: profiles and stored failures name none. */
export const serverExplanations: ServerExplanations = byDriver.ews;
