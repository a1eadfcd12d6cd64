import { useSearchParams } from 'wouter';
import { UserList } from './user-list.js';
import { UserView } from './user-view.js';

/** Who may sign in; `?user=` opens one. */
export function UsersPart() {
  const [params] = useSearchParams();
  const id = params.get('user');
  return id === null ? <UserList /> : <UserView id={id} />;
}
