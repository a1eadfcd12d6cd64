import { PageHead } from '../../parts/page-head.js';
import { EmailChannel } from './email-channel.js';
import { RecentNotifications } from './recent-notifications.js';

/** How people are told of incidents, and what they were told. */
export function NotificationsPart() {
  return (
    <>
      <PageHead title="Notifications" about="How Postroom tells the owners of profiles that something needs them." />
      <EmailChannel />
      <RecentNotifications />
    </>
  );
}
