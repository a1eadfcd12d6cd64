import { v7 as uuid } from 'uuid';
import type { UserRole } from '../../../src/features/identity/callers/user-role.js';
import { MembershipsStore } from '../../../src/features/identity/users/memberships.store.js';
import { PasswordHasher } from '../../../src/features/identity/sign-in/password-hasher.js';
import { Sessions } from '../../../src/features/identity/sign-in/sessions.js';
import { SignInsStore } from '../../../src/features/identity/sign-in/sign-ins.store.js';
import { reachAfter, type User } from '../../../src/features/identity/users/user.js';
import { UsersStore } from '../../../src/features/identity/users/users.store.js';
import { ApiClient } from '../../support/api.js';
import type { DataSource } from 'typeorm';

export const userPassword = 'Correct-Horse-Battery-1';

/** What a stage must offer: WholeStage does. */
interface Stage {
  readonly dataSource: DataSource;
  readonly clock: { now(): Date };
  readonly process: { readonly url: string };
  get<T>(type: abstract new (...args: never[]) => T): T;
}

export interface SignedIn {
  readonly user: User;
  readonly password: string;
  /** The session's secret alone, for the cookie jar of a browser. */
  readonly token: string;
  /** As the header Cookie has it, over plain HTTP. */
  readonly cookie: string;
  /** Calls the API as the console does, header and all. */
  readonly client: ApiClient;
}

let made = 0;

/** Makes a user with a password, and a session of it, as if by POST /v1/session. */
export async function signIn(
  stage: Stage,
  wanted: { readonly role: UserRole; readonly profileIds?: readonly string[] | null; readonly email?: string },
): Promise<SignedIn> {
  const { role, profileIds = reachAfter(role, null), email = `${role}-${(made += 1)}@people.example` } = wanted;
  const id = uuid();
  const hash = await stage.get(PasswordHasher).hash(userPassword);
  const users = stage.get(UsersStore);
  const { user, token } = await stage.dataSource.transaction(async (manager) => {
    const name = `The ${role} ${email.split('@', 1)[0]}`;
    await users.insert(manager, { id, email, name, role, profileIds, createdAt: stage.clock.now() });
    await stage.get(MembershipsStore).replace(manager, id, profileIds ?? []);
    await stage.get(SignInsStore).setPassword(manager, id, hash, null);
    const user = await users.find(manager, id);
    if (!user) throw new Error('the user was not made');
    const begun = await stage.get(Sessions).begin(manager, user, 'password');
    return { user, token: begun.token };
  });
  const cookie = `postroom_session=${token}`;
  return { user, password: userPassword, token, cookie, client: consoleClient(stage.process.url, cookie) };
}

/** A client that sends what the console's pages send. */
export const consoleClient = (url: string, cookie: string | null): ApiClient =>
  new ApiClient(url, null, {
    'x-postroom-request': '1',
    'sec-fetch-site': 'same-origin',
    ...(cookie === null ? {} : { cookie }),
  });

/** The cookie that an answer sets, as the header Cookie sends it back; empty when it takes it away. */
export const cookieOf = (headers: Headers): string => headers.get('set-cookie')?.split(';', 1)[0] ?? '';
