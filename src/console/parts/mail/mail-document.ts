/**
 * What the frame of a mail may do: open its links in windows of their own, which are then free of the frame's
 * limits. No scripts, no forms, and an origin of its own, so that it reaches nothing of the console.
 */
export const frameSandbox = 'allow-popups allow-popups-to-escape-sandbox';

/** Holds beside the console's own policy, which a frame of this kind inherits. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/** Mail is written for white paper; dark mode would make half of it unreadable. */
const look =
  'html{color-scheme:light;background:#fff;color:#1a1a1a}body{margin:12px;font:14px/1.5 system-ui,sans-serif;overflow-wrap:break-word}img{max-width:100%}pre{white-space:pre-wrap}';

/** The document of a mail's frame. Browsers look up the names in links ahead of a click; of a mail they must not. */
export const mailDocument = (safeHtml: string): string =>
  `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta http-equiv="x-dns-prefetch-control" content="off"><meta name="referrer" content="no-referrer"><style>${look}</style></head><body dir="auto">${safeHtml}</body></html>`;

const charactersALine = 90;
const linesAPicture = 6;

/** About how many lines the mail has. A frame without scripts cannot tell its height. */
export function roughLines(safeHtml: string): number {
  const markup = safeHtml.replace(/<style[^<>]*>[^<]*/gi, '').replace(/"data:[^"]*"/g, '""');
  const count = (pattern: RegExp) => markup.match(pattern)?.length ?? 0;
  const text = markup.replace(/<[^<>]*>/g, '').replace(/\s+/g, ' ');
  const breaks = count(/<br|<\/(?:p|div|tr|li|h[1-6]|table|blockquote|pre)>/gi);
  const pictures = markup.match(/<img[^<>]*>/gi)?.filter((tag) => tag.includes(' src=')).length ?? 0;
  return Math.ceil(text.length / charactersALine) + breaks + linesAPicture * pictures;
}
