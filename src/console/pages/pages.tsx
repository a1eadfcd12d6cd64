import { lazy } from 'react';
import { Route, Switch } from 'wouter';
import { NothingHere } from '../parts/nothing-here.js';
import { To } from '../parts/to.js';

// Each page is loaded when somebody goes there; the first view stays small.
const Overview = lazy(() => import('./overview/overview-page.js'));
const Incidents = lazy(() => import('./incidents/incidents-page.js'));
const Incident = lazy(() => import('./incidents/incident-page.js'));
const Profiles = lazy(() => import('./profiles/profiles-page.js'));
const NewProfile = lazy(() => import('./profiles/new-profile-page.js'));
const Profile = lazy(() => import('./profiles/profile-page.js'));
const Mailboxes = lazy(() => import('./mailboxes/mailboxes-page.js'));
const ImportMailboxes = lazy(() => import('./mailboxes/import-page.js'));
const TestBatch = lazy(() => import('./mailboxes/test-batch-page.js'));
const Mailbox = lazy(() => import('./mailboxes/mailbox-page.js'));
const Messages = lazy(() => import('./messages/messages-page.js'));
const Message = lazy(() => import('./messages/message-page.js'));
const Thread = lazy(() => import('./messages/thread-page.js'));
const Outgoing = lazy(() => import('./outgoing/outgoing-page.js'));
const OutgoingMessage = lazy(() => import('./outgoing/outgoing-message-page.js'));
const Settings = lazy(() => import('./settings/settings-page.js'));

/** The page of the address. Its first parts are known to the server too: `src/apps/console.ts`. */
export function Pages() {
  return (
    <Switch>
      <Route path="/" component={Overview} />
      <Route path="/sign-in" component={Overview} />
      <Route path="/incidents" component={Incidents} />
      <Route path="/incidents/:id">{({ id }) => <Incident key={id} id={id} />}</Route>
      <Route path="/profiles" component={Profiles} />
      <Route path="/profiles/new" component={NewProfile} />
      <Route path="/profiles/:id">{({ id }) => <Profile key={id} id={id} />}</Route>
      <Route path="/mailboxes" component={Mailboxes} />
      <Route path="/mailboxes/import" component={ImportMailboxes} />
      <Route path="/mailboxes/tests/:id">{({ id }) => <TestBatch key={id} id={id} />}</Route>
      <Route path="/mailboxes/:id">{({ id }) => <Mailbox key={id} id={id} />}</Route>
      <Route path="/messages" component={Messages} />
      <Route path="/messages/:id">{({ id }) => <Message key={id} id={id} />}</Route>
      <Route path="/messages/threads/:id">{({ id }) => <Thread key={id} id={id} />}</Route>
      <Route path="/outgoing" component={Outgoing} />
      <Route path="/outgoing/:id">{({ id }) => <OutgoingMessage key={id} id={id} />}</Route>
      <Route path="/settings/:part?">{({ part }) => <Settings part={part ?? 'about'} />}</Route>
      <Route>
        <NothingHere title="There is no such page" action={<To href="/">To the overview</To>}>
          The address may be mistyped, or what it was about is gone.
        </NothingHere>
      </Route>
    </Switch>
  );
}
