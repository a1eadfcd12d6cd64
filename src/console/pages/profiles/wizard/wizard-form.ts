import type { UseFormReturnType } from '@mantine/form';
import type { NewProfileValues } from './new-profile-values.js';

/** The one form that all steps of the wizard fill in. */
export type WizardForm = UseFormReturnType<NewProfileValues>;
