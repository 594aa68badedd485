import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/**
 * Builds the gallery and serves it the way a shell serves the screens: a fresh nonce in the page and the narrow content
 * security policy in the header. The address is the first argument's port on 127.0.0.1.
 */
const top = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(top, 'dist', 'gallery');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self' ws:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const port = Number(process.argv[2] ?? '4179');
if (process.argv[3] !== 'built') {
  await build({ configFile: join(top, 'src-renderer/vite.config.ts'), mode: 'gallery', logLevel: 'warn' });
}

const server = createServer((request, response) => {
  void (async () => {
    const path = normalize(new URL(request.url ?? '/', 'http://gallery').pathname);
    const file = join(folder, path === '/' ? 'gallery.html' : path);
    const type = types[extname(file)];
    if (!file.startsWith(folder) || type === undefined) {
      response.writeHead(404).end();
      return;
    }
    try {
      const content = await readFile(file);
      if (type.startsWith('text/html')) {
        const nonce = randomBytes(16).toString('base64');
        const page = content.toString('utf8').replaceAll('__SIGNET_NONCE__', nonce);
        response.writeHead(200, { 'content-type': type, 'content-security-policy': policy(nonce) }).end(page);
        return;
      }
      response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=3600' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  })();
});
server.listen(port, '127.0.0.1');
