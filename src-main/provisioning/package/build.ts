import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/**
 * Builds `signet/provisioning` for programs of others: one JavaScript file that needs nothing but Node, and its declarations, one file
 * that needs nothing at all. Runs before `npm pack`.
 */
const top = fileURLToPath(new URL('../../../', import.meta.url));
const out = join(top, 'dist', 'provisioning');

rmSync(out, { recursive: true, force: true });
await build({
  configFile: false,
  root: top,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: join(top, 'src-main', 'provisioning', 'embed.ts'),
    outDir: out,
    target: 'node22',
    minify: false,
    rollupOptions: { output: { format: 'es', entryFileNames: 'provisioning.js', codeSplitting: false } },
  },
});
const outside = [...readFileSync(join(out, 'provisioning.js'), 'utf8').matchAll(/^import .* from "([^"]+)";?$/gm)]
  .map((match) => match[1] ?? '')
  .filter((name) => !name.startsWith('node:'));
if (outside.length > 0) throw new Error(`not self-contained: ${outside.join(', ')}`);

const declarations = join(out, 'declarations');
mkdirSync(declarations, { recursive: true });
execFileSync(
  process.execPath,
  [
    join(top, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    fileURLToPath(new URL('./tsconfig.json', import.meta.url)),
  ],
  {
    cwd: top,
    stdio: 'inherit',
  },
);
const written = join(declarations, 'src-main', 'provisioning', 'embed.d.ts');
if (/^import |from '\.|import\(/m.test(readFileSync(written, 'utf8')))
  throw new Error('the declarations of embed.ts refer to other files');
copyFileSync(written, join(out, 'provisioning.d.ts'));
rmSync(declarations, { recursive: true });
process.stdout.write(`${out}\n`);
