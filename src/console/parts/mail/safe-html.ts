import createPurifier, { type Config, type UponSanitizeAttributeHookEvent } from 'dompurify';
import { safeDeclarations, safeSheet } from './safe-css.js';

const tags =
  'a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav nobr ol p pre q s samp section small span strike strong style sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr';
const attributes =
  'abbr align alt bgcolor border cellpadding cellspacing class clear color colspan compact dir face headers height href hspace id lang media nowrap open reversed rowspan scope size span src start style title type valign vspace width';

const config: Config = {
  ALLOWED_TAGS: tags.split(' '),
  ALLOWED_ATTR: attributes.split(' '),
  // Neither SVG nor MathML: their rules of parsing are how markup is smuggled past readers.
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // The style sheets of a mail stand in its head, which else would be left out.
  FORCE_BODY: true,
};

/** HTML of a stranger, made safe to show. */
export interface SafeHtml {
  readonly html: string;
  /** How many pictures it would have fetched from elsewhere. */
  readonly remoteImages: number;
  /** Content-IDs of its own attachments that it shows and that `images` did not hold. */
  readonly missing: readonly string[];
}

const linkProtocols = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const dataImage = /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]*$/i;
/** What browsers skip in an address. */
const skipped = /[\u0000-\u0020]/g;

/**
 * Leaves of a mail's HTML what can be looked at: no scripts, forms, frames or plugins, no address of anything but
 * links, and nothing that is fetched by showing it.
 * @param images the mail's own pictures as data: URLs, by Content-ID
 */
export function safeHtml(html: string, images: ReadonlyMap<string, string>): SafeHtml {
  const remote = new Set<string>();
  const missing = new Set<string>();
  const tellRemote = (address: string) => remote.add(address.replace(/^https?:/i, ''));
  // One for each mail: hooks would be shared.
  const purifier = createPurifier(window);

  purifier.addHook('uponSanitizeElement', (node, { tagName }) => {
    if (tagName === 'style') node.textContent = safeSheet(node.textContent ?? '', tellRemote);
  });

  const image = (attribute: UponSanitizeAttributeHookEvent) => {
    const address = attribute.attrValue.trim();
    const contentId = contentIdOf(address);
    const own = contentId === null ? undefined : images.get(contentId);
    if (contentId !== null && own === undefined) missing.add(contentId);
    else if (own === undefined && !address.startsWith('data:') && address !== '') tellRemote(address);
    attribute.attrValue = own ?? address;
    attribute.keepAttr = own !== undefined || dataImage.test(address);
  };
  purifier.addHook('uponSanitizeAttribute', (node, attribute) => {
    switch (attribute.attrName) {
      case 'style':
        attribute.attrValue = 'style' in node ? safeDeclarations(node.style as CSSStyleDeclaration, tellRemote) : '';
        attribute.keepAttr = attribute.attrValue !== '';
        break;
      case 'src':
        image(attribute);
        break;
      case 'background':
        tellRemote(attribute.attrValue);
        attribute.keepAttr = false;
        break;
      case 'href':
        attribute.attrValue = safeLink(attribute.attrValue) ?? '';
        attribute.keepAttr = attribute.attrValue !== '';
        break;
      default:
    }
  });
  purifier.addHook('afterSanitizeAttributes', (node) => {
    if (!node.hasAttribute('href')) return;
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  });
  const safe = purifier.sanitize(html, config);
  return { html: safe, remoteImages: remote.size, missing: [...missing] };
}

/** Whole addresses of the web, of mail and of telephones; null for everything else, parts of the own page too. */
function safeLink(written: string): string | null {
  try {
    const link = new URL(written.replace(skipped, ''));
    return linkProtocols.has(link.protocol) ? link.href : null;
  } catch {
    return null;
  }
}

/** What `cid:…` names; null for other addresses. */
function contentIdOf(address: string): string | null {
  const written = /^cid:(.+)$/is.exec(address)?.[1];
  if (written === undefined) return null;
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
