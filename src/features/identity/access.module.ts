import { Module } from '@nestjs/common';
import { RequestGuard } from '../../platform/http/request-guard.js';
import { AccessGuard } from './callers/access.guard.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeys } from './api-keys/api-keys.js';
import { ApiKeysStore } from './api-keys/api-keys.store.js';
import { Authenticator } from './callers/authenticator.js';
import { BootstrapKey } from './api-keys/bootstrap-key.js';
import { SessionCallers } from './callers/session-callers.js';
import { SessionsStore } from './callers/sessions.store.js';

/** API keys, whom a session’s cookie stands for, and the guard in front of every route. */
@Module({
  controllers: [ApiKeysController],
  providers: [
    ApiKeysStore,
    Authenticator,
    SessionsStore,
    SessionCallers,
    ApiKeys,
    BootstrapKey,
    AccessGuard,
    { provide: RequestGuard, useExisting: AccessGuard },
  ],
  exports: [BootstrapKey, ApiKeysStore, SessionsStore, SessionCallers],
})
export class AccessModule {}
