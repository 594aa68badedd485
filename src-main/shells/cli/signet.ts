import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The program's entry. Compiled code is kept between starts, which makes them three times as quick; in a folder of this user alone,
 * since whoever could write there could change what a signing server does.
 */
const xdg = process.env['XDG_CACHE_HOME'];
enableCompileCache(join(xdg?.startsWith('/') === true ? xdg : join(homedir(), '.cache'), 'signet', 'compiled'));
await import('./program.ts');
