import { Alert } from '@mantine/core';
import { FormTrouble } from '../form-trouble.js';

interface ChangeTroubleProps {
  readonly overtaken: boolean;
  readonly error: unknown;
}

/** Why a change of the profile was not saved. */
export function ChangeTrouble({ overtaken, error }: ChangeTroubleProps) {
  if (overtaken)
    return (
      <Alert role="alert" color="yellow" title="Somebody else changed the profile meanwhile" my="sm">
        Your change is not saved. The page now shows the profile as it is; look at it, and make your change again.
      </Alert>
    );
  return <FormTrouble error={error} />;
}
