import type { Command } from 'commander';
import { SignetError } from '../../../src-shared/base/error.ts';
import { startServing } from '../../line/serve.ts';
import { defaultClaimsFolder } from '../../line/signer-claims.ts';
import { readPasswords } from './descriptor.ts';
import { exitCodes } from './exit-codes.ts';
import { collect, parseListen } from './options.ts';
import { PasswordDesk } from './password-desk.ts';
import { onEnding } from './signals.ts';
import { openTerminal } from './terminal.ts';

interface ServeFlags {
  readonly listen: string;
  readonly signer: readonly string[];
  readonly dataDir?: string;
  readonly passwordFd: readonly string[];
  readonly allow: readonly string[];
  readonly localKeys?: boolean;
  readonly insecureNetwork?: boolean;
  readonly root: readonly string[];
}

/** `signet serve`: the provisioning server with the note's lines (Atmel-8971A 2.2.1). */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('The provisioning server: signs certificates for provisioning clients.')
    .option('--listen <host:port>', 'Where it listens.', '127.0.0.1:11235')
    .option(
      '--signer <place>',
      'A signer module at tcp:HOST:PORT, a serial port or a HID stick; may be given several times.',
      collect,
      [],
    )
    .option('--data-dir <folder>', "Folder for logs, certificates and the record store. Default: the platform's.")
    .option(
      '--password-fd <n>',
      'Read passwords from this file descriptor, one a line; a second one for the second persons of signers of two.',
      collect,
      [],
    )
    .option('--allow <cidr...>', 'Addresses that may connect, besides this computer.', [])
    .option('--local-keys', 'Clients on this computer need a station key, too.')
    .option('--root <file>', 'A root certificate to trust; may be given several times.', collect, [])
    .option(
      '--insecure-network',
      'Listen beyond this computer without allow-list and station keys. Anybody can have certificates made.',
    )
    .action(async (flags: ServeFlags) => {
      process.exitCode = await serve(flags);
    });
}

async function serve(flags: ServeFlags): Promise<number> {
  const { host, port } = parseListen(flags.listen);
  const passwords = flags.passwordFd.map(readPasswords);
  const terminal = openTerminal({ listen: process.stdin.isTTY === true && !flags.passwordFd.includes('0') });
  const ended = Promise.withResolvers<undefined>();
  const quit = (): void => ended.resolve(undefined);
  const offEnding = onEnding(quit);
  try {
    terminal.onKey(quit);
    if (terminal.interactive) terminal.line('Press ESC to quit.');
    const running = await startServing({
      host,
      port,
      allow: flags.allow,
      insecure: flags.insecureNetwork === true,
      localKeys: flags.localKeys === true,
      signers: flags.signer,
      dataFolder: flags.dataDir,
      roots: flags.root,
      claimsFolder: defaultClaimsFolder(),
      onLine: (line) => terminal.line(line),
    });
    if (running.open) process.stderr.write(openNetworkWarning);
    const desk = new PasswordDesk(running, terminal, passwords, quit);
    desk.start();
    await ended.promise;
    desk.close();
    await running.stop();
    return exitCodes.done;
  } catch (thrown) {
    throw thrown instanceof SignetError && thrown.code === 'NETWORK_OPEN' ? withAdvice(thrown) : thrown;
  } finally {
    offEnding();
    terminal.close();
  }
}

const openNetworkWarning = `
  !!!  THIS SERVER IS OPEN TO THE NETWORK.                                  !!!
  !!!  Whoever reaches it can have certificates made, and nobody is asked   !!!
  !!!  who he is. For trials only: use --allow and station keys instead.    !!!

`;

function withAdvice(error: SignetError): SignetError {
  return new SignetError(
    error.code,
    `${error.message}\n"signet station add NAME" makes a station's key; --insecure-network does without both, for trials only.`,
    error.details,
    error,
  );
}
