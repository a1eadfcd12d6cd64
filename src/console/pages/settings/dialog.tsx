import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** It shows what nobody can show again, and so is not closed by a stray key or click. */
  readonly sticky?: boolean;
  readonly children: ReactNode;
}

/** The frame of the forms in dialogs. */
export function Dialog({ title, onClose, wide = false, sticky = false, children }: DialogProps) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size={wide ? 'lg' : 'md'}
      closeOnClickOutside={false}
      closeOnEscape={!sticky}
      withCloseButton={!sticky}
    >
      {children}
    </Modal>
  );
}
