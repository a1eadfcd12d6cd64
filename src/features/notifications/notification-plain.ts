import { linesOf } from '../failures/explanations.js';
import type { Block } from './notification-document.js';

/** A notification as plain text: a heading stands close above what it is about. */
export function plainText(blocks: readonly Block[]): string {
  return blocks
    .map((block, index) => {
      const gap = index === 0 ? '' : blocks[index - 1]?.kind === 'heading' ? '\n' : '\n\n';
      return gap + paragraphOf(block);
    })
    .join('');
}

function paragraphOf(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'lead':
      return block.text;
    case 'heading':
      return `== ${block.text}`;
    case 'ranking':
      return block.items.map((item, index) => `${index + 1}. ${item}`).join('\n');
    case 'rows':
      return block.rows.map(([name, value]) => `${name}: ${value}`).join('\n');
    case 'commands':
      return linesOf(block.commands).join('\n');
    case 'excerpt':
      return block.lines.map((line) => `  ${line}`).join('\n');
    case 'link':
      return `${block.label}: ${block.url}`;
  }
}
