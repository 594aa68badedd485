import { randomBytes } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';

/** A file of the built screens, ready to be served. */
export interface StaticFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** Its name carries a hash of its content: it never changes. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** What stands in the built page where a fresh nonce belongs. */
const noncePlaceholder = '__SIGNET_NONCE__';

/** The file that a URL path names below `folder`; undefined for everything else: other kinds, other places, links out of it. */
export function staticFile(folder: string, urlPath: string): StaticFile | undefined {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  if (path.includes('\0') || path.includes('\\')) return undefined;
  const name = path === '/' ? '/index.html' : path;
  const type = types[extname(name)];
  const wanted = resolve(join(folder, name));
  if (type === undefined || !inside(folder, wanted)) return undefined;
  try {
    if (!statSync(wanted).isFile() || !inside(realpathSync(folder), realpathSync(wanted))) return undefined;
    return { bytes: readFileSync(wanted), type, immutable: name.startsWith('/assets/') };
  } catch {
    return undefined;
  }
}

function inside(folder: string, path: string): boolean {
  return path.startsWith(resolve(folder) + sep);
}

/** A nonce of 128 bits for one page. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/** The page with its nonce in place. */
export function withNonce(page: Buffer, nonce: string): Buffer {
  return Buffer.from(page.toString('utf8').replaceAll(noncePlaceholder, nonce));
}

/** Content security policy of a page: nothing but what the shell itself serves; `connect` = where it may talk to. */
export function contentSecurityPolicy(nonce: string, connect: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connect}`,
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
