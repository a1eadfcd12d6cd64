import { Button, FileButton, Group, Text, Textarea } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFileUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useSay } from '../../parts/said.js';
import { figure } from './counted.js';
import { DownloadButton } from './download-button.js';
import { readImport, sampleRows, type ReadImport } from './import-rows.js';
import { decodedText } from './import-text.js';

interface ImportSourceProps {
  readonly onRead: (read: ReadImport) => void;
  readonly isDisabled: boolean;
}

/** A text field that holds more than this makes a browser slow; a file is then shown by its name only. */
const shownAtMost = 200_000;
const restMs = 300;
const accepted = '.csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values';

/** Where the rows come from: a file, or what is pasted or typed. */
export function ImportSource({ onRead, isDisabled }: ImportSourceProps) {
  const say = useSay();
  const [text, setText] = useState('');
  const [file, setFile] = useState<string | null>(null);
  const forget = useRef<() => void>(null);
  const tell = useDebouncedCallback((written: string) => onRead(readImport(written)), restMs);
  const open = async (picked: File | null) => {
    if (!picked) return;
    // So that the same file can be chosen again once it was mended.
    forget.current?.();
    try {
      const content = decodedText(new Uint8Array(await picked.arrayBuffer()));
      setText(content.length > shownAtMost ? '' : content);
      setFile(picked.name);
      onRead(readImport(content));
    } catch (error) {
      say.failed(error);
    }
  };
  const write = (written: string) => {
    setText(written);
    setFile(null);
    tell(written);
  };
  return (
    <>
      <Group gap="sm" mb="sm">
        <FileButton resetRef={forget} onChange={(picked) => void open(picked)} accept={accepted} disabled={isDisabled}>
          {(props) => (
            <Button {...props} leftSection={<IconFileUpload size={16} />}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <DownloadButton label="Sample file" fileName="mailboxes-sample.csv" rows={() => sampleRows} />
        {file !== null && <Text size="sm">{file}</Text>}
      </Group>
      <Textarea
        label="Or paste here"
        description="Addresses one a line, or rows of a spreadsheet. The first row may name the columns: email, name, profile, connecting sid, incoming, outgoing, filter."
        placeholder={'ada@example.com\nBen Example <ben@example.com>'}
        rows={8}
        mb="md"
        spellCheck={false}
        value={text}
        disabled={isDisabled}
        onChange={(event) => write(event.currentTarget.value)}
      />
      {file !== null && text === '' && (
        <Text size="sm" mb="md">
          The file is read; it is too long to be shown here ({figure(shownAtMost)} characters at most).
        </Text>
      )}
    </>
  );
}
