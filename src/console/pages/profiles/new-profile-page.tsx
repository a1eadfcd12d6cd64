import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { useMay, useSession } from '../../session/session.js';
import { Wizard } from './wizard/wizard.js';

/** Makes a profile; administrators do. */
export default function NewProfilePage() {
  const isAdmin = useMay('admin');
  const { profileIds } = useSession();
  return (
    <>
      <PageHead
        title="New profile"
        about="Nothing on your server changes, and nothing is saved before the last step."
      />
      {isAdmin && profileIds === null ? (
        <Wizard />
      ) : (
        <NothingHere title="Administrators make profiles" action={<To href="/profiles">To the profiles</To>}>
          Ask an administrator of Postroom to make the profile, and to make you its owner.
        </NothingHere>
      )}
    </>
  );
}
