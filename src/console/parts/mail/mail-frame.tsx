import { frameSandbox, mailDocument, roughLines } from './mail-document.js';

interface MailFrameProps {
  /** What `safeHtml` left of a mail. */
  readonly html: string;
  readonly title: string;
}

const lineRem = 1.5;

/** Shows the HTML of a stranger where it reaches nothing. As high as it seems to need, at most most of the window. */
export function MailFrame({ html, title }: MailFrameProps) {
  const rem = Math.round(4 + lineRem * roughLines(html));
  return (
    <iframe
      title={title}
      sandbox={frameSandbox}
      srcDoc={mailDocument(html)}
      referrerPolicy="no-referrer"
      style={{
        display: 'block',
        width: '100%',
        height: `clamp(9rem, ${rem}rem, 72vh)`,
        resize: 'vertical',
        border: '1px solid var(--mantine-color-default-border)',
        borderRadius: 'var(--mantine-radius-sm)',
        background: '#fff',
      }}
    />
  );
}
