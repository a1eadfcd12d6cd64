/** In UTF-8 bytes: the limit of file systems, well below the 8 KiB of header that clients and proxies accept. */
const longest = 255;
/** Anything longer is not an extension. */
const maxExtensionLength = 32;

/** Device names, which Windows opens whatever follows a dot. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * The file name for a download whose original name comes from a sender: no path, only characters that every file system
 * accepts, and truncated before the extension.
 * @param fallback used if nothing is left
 */
export function downloadName(filename: string | null, fallback: string): string {
  // A name of megabytes is not processed completely.
  const ends =
    filename !== null && filename.length > 4_000 ? filename.slice(0, 2_000) + filename.slice(-2_000) : filename;
  const name = (ends ?? '')
    .toWellFormed()
    // Bidirectional control characters make an `exe.gpj` look like a picture.
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/^.*[/\\]/s, '')
    .replace(/[:*?"<>|]/g, '_')
    .trim();
  const plain = withoutEnd(name).replace(devices, '_$&');
  return plain === '' ? fallback : cut(plain);
}

/** Windows drops trailing dots and spaces. A loop, because a pattern would backtrack over a long run. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end -= 1;
  return name.slice(0, end);
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= longest) return name;
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? name.slice(dot) : '';
  const extension = Buffer.byteLength(end) <= maxExtensionLength ? end : '';
  const room = longest - Buffer.byteLength(extension);
  let stem = '';
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    stem += character;
  }
  return `${stem.trimEnd()}${extension}`;
}
