import { routeSettings } from '../../../platform/http/route-settings.js';
import type { Scope } from './scope.js';

/** Declares which scope a handler needs; every route under /v1 must have one. */
export const RequireScope = (scope: Scope): MethodDecorator => routeSettings({ scope });
