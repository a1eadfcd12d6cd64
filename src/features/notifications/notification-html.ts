import type { Block } from './notification-document.js';
import { shellHeadings } from '../../drivers/port/explanations/command.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '');

// Greys that are seen on white and on black: the colours themselves are left to the reader's mode.
const line = 'rgba(128,128,128,0.35)';
const shade = 'rgba(128,128,128,0.14)';
const wrap = 'overflow-wrap:anywhere;word-break:break-word';
const code = `margin:4px 0 14px;padding:10px 12px;background:${shade};border-radius:6px;font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;${wrap}`;

/** A notification as a page of HTML: one column, no images, nothing fetched, styles in place for mail programs. */
export function htmlPage(title: string, blocks: readonly Block[]): string {
  return [
    '<!doctype html>',
    '<html lang="en" style="color-scheme:light dark">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="supported-color-schemes" content="light dark">',
    `<title>${escaped(title)}</title>`,
    '</head>',
    '<body style="margin:0;padding:0">',
    `<div style="max-width:640px;margin:0 auto;padding:16px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;${wrap}">`,
    ...blocks.map(markupOf),
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function markupOf(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p style="margin:0 0 12px">${escaped(block.text)}</p>`;
    case 'lead':
      return `<p style="margin:0 0 12px;font-size:18px;font-weight:600">${escaped(block.text)}</p>`;
    case 'heading':
      return `<h2 style="margin:22px 0 6px;padding-top:14px;border-top:1px solid ${line};font-size:16px">${escaped(block.text)}</h2>`;
    case 'ranking':
      return `<ol style="margin:0 0 12px;padding-left:24px">${block.items.map((item) => `<li style="margin:0 0 4px">${escaped(item)}</li>`).join('')}</ol>`;
    case 'rows':
      return `<table role="presentation" style="border-collapse:collapse;width:100%;margin:0 0 12px;font-size:14px">${block.rows.map(rowMarkup).join('')}</table>`;
    case 'commands': {
      const [first] = block.commands;
      if (!first) return '';
      return [
        `<p style="margin:14px 0 6px;font-weight:600">${escaped(shellHeadings[first.shell])}:</p>`,
        ...block.commands.map(
          ({ purpose, command }) =>
            `<p style="margin:0;font-size:14px">${escaped(purpose)}</p>\n<pre style="${code}">${escaped(command)}</pre>`,
        ),
      ].join('\n');
    }
    case 'excerpt':
      return `<pre style="${code}">${escaped(block.lines.join('\n'))}</pre>`;
    case 'link':
      return `<p style="margin:0 0 12px">${escaped(block.label)}: <a href="${escaped(block.url)}">${escaped(block.url)}</a></p>`;
  }
}

const rowMarkup = ([name, value]: readonly [string, string]): string =>
  `<tr><th style="padding:3px 12px 3px 0;text-align:left;vertical-align:top;font-weight:600;white-space:nowrap">${escaped(name)}</th><td style="padding:3px 0;vertical-align:top;${wrap}">${escaped(value)}</td></tr>`;
