import { Alert } from '@mantine/core';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';

/** Why the API refused a form. What it says of fields stands at the fields already, in words for people. */
export function FormTrouble({ error }: { readonly error: unknown }) {
  if (Object.keys(fieldTroubles(error)).length === 0) return <Trouble error={error} />;
  return (
    <Alert role="alert" color="red" title="Some fields need another look" my="sm">
      Nothing is done yet. Correct the fields that are marked, and try again.
    </Alert>
  );
}
