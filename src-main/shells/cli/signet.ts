import { Command } from 'commander';
import { asSignetError } from '../../../src-shared/base/error.ts';
import { softwareVersion } from '../../line/version.ts';
import { addDemo } from './demo.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { addProvision } from './provision.ts';
import { addServe } from './serve.ts';
import { addSimulate } from './simulate.ts';
import { addTools } from './tools.ts';

/** `signet`: everything without a screen. One sentence on standard error for whatever goes wrong, and an exit code that says which kind. */
const program = new Command('signet')
  .description(
    'Gives every product an identity that nobody can copy: provisions ATECC508A and ATECC608 secure elements.',
  )
  .version(softwareVersion.replace('signet ', ''))
  .showHelpAfterError('(--help shows the options)')
  .exitOverride((failure) => {
    process.exit(failure.exitCode === 0 ? exitCodes.done : exitCodes.badInput);
  });
addServe(program);
addProvision(program);
addSimulate(program);
addTools(program);
addDemo(program);

try {
  await program.parseAsync(process.argv);
} catch (thrown) {
  const error = asSignetError(thrown);
  process.stderr.write(`${error.message}\n`);
  if (error.code === 'INTERNAL' && process.env['SIGNET_DEBUG'] !== undefined)
    process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = exitCodeOf(error);
}
