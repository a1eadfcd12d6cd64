import { Button, Group, Modal, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /**
   * Not to be closed by a stray key or click: it shows what nobody can show again, or what it asked for is under way
   * and would not be cancelled by closing it.
   */
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

interface DialogButtonsProps extends Pick<ButtonProps, 'color' | 'disabled'> {
  readonly onCancel: () => void;
  readonly isPending: boolean;
  /** Of the button that submits the form. */
  readonly children: ReactNode;
}

/** At the end of a form in a dialog. */
export function DialogButtons({ onCancel, isPending, children, ...submit }: DialogButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel} disabled={isPending}>
        Cancel
      </Button>
      <Button type="submit" loading={isPending} {...submit}>
        {children}
      </Button>
    </Group>
  );
}
