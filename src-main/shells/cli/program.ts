import { Command } from 'commander';
import { asSignetError } from '../../../src-shared/base/error.ts';
import { thisSoftware } from '../../line/program-digest.ts';
import { bareVersion } from '../../line/version.ts';
import { addDemo } from './demo.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { addPolicy } from './policy.ts';
import { addProvision } from './provision.ts';
import { addRoot } from './root.ts';
import { addServe } from './serve.ts';
import { addSigner } from './signer.ts';
import { addSimulate } from './simulate.ts';
import { addTools } from './tools.ts';

/** `signet`: everything without a screen. One sentence on standard error for whatever goes wrong, and an exit code that says which kind. */
const program = new Command('signet')
  .description(
    'Gives every product an identity that nobody can copy: provisions ATECC508A and ATECC608 secure elements.',
  )
  .version(bareVersion)
  .showHelpAfterError('(--help shows the options)')
  .exitOverride((failure) => {
    process.exit(failure.exitCode === 0 ? exitCodes.done : exitCodes.badInput);
  });
program
  .command('version')
  .description('Version, and SHA-256 of what runs as it stands in ceremony records.')
  .action(() => {
    const { name, version, digest } = thisSoftware();
    process.stdout.write(`${name} ${version}\n${digest}\n`);
  });
addServe(program);
addProvision(program);
addSimulate(program);
addPolicy(program);
addSigner(program);
addRoot(program);
addTools(program);
addDemo(program);

// Whoever reads our output (`| head`) may stop reading; that is no trouble of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(exitCodes.done);
  });
}

try {
  await program.parseAsync(process.argv);
} catch (thrown) {
  const error = asSignetError(thrown);
  process.stderr.write(`${error.message}\n`);
  if (error.code === 'INTERNAL' && process.env['SIGNET_DEBUG'] !== undefined)
    process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = exitCodeOf(error);
}
