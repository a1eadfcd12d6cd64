import { Button, type ButtonProps } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { csvText } from './csv-text.js';

interface DownloadButtonProps extends ButtonProps {
  readonly label: string;
  readonly fileName: string;
  readonly rows: () => readonly (readonly string[])[];
}

/** Saves rows as a CSV file; they stay in the browser. */
export function DownloadButton({ label, fileName, rows, ...button }: DownloadButtonProps) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([csvText(rows())], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = fileName;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button variant="default" leftSection={<IconDownload size={16} />} {...button} onClick={save}>
      {label}
    </Button>
  );
}
