import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import type { Schema } from '../../../api/schemas.js';
import { messagesByField } from '../field-messages.js';
import { useProfileChange } from './use-profile-change.js';

type Profile = Schema<'EmailServerProfile'>;

interface ProfileForm<Values> {
  /** Said when the change is saved. */
  readonly done: string;
  readonly valuesOf: (profile: Profile) => Values;
  /** What the form calls a field of the API. */
  readonly nameOf: (field: string) => string;
}

/**
 * A form for settings of a profile: filled anew when the profile it began with is, with the API's messages at its
 * fields.
 */
export function useProfileForm<Values extends object>(
  profile: Profile,
  { done, valuesOf, nameOf }: ProfileForm<Values>,
) {
  const saving = useProfileChange(profile, done);
  const { base, error } = saving;
  const form = useForm<Values>({ initialValues: valuesOf(base) });
  const { setInitialValues, setValues, setErrors } = form;
  useEffect(() => {
    const values = valuesOf(base);
    setInitialValues(values);
    setValues(values);
    // The form's functions are others with each key that is pressed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [base]);
  useEffect(() => {
    if (error) setErrors(messagesByField(error, nameOf));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [error]);
  return { ...saving, form };
}
