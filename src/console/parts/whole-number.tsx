import { NumberInput, type NumberInputProps } from '@mantine/core';

interface WholeNumberProps extends NumberInputProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
}

/** A field for a whole number within bounds, which has to be there unless said otherwise. */
export function WholeNumber(props: WholeNumberProps) {
  return <NumberInput allowDecimal={false} required {...props} />;
}
