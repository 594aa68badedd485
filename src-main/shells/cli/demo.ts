import type { Command } from 'commander';
import { SignetError } from '../../../src-shared/base/error.ts';
import { startDemo } from '../../line/demo.ts';
import { provisionBoards, Stop } from './boards.ts';
import { exitCodes } from './exit-codes.ts';
import { given } from './options.ts';
import { onEnding } from './signals.ts';
import { dialogueSpeaker } from './speaker.ts';
import { openTerminal } from './terminal.ts';

interface DemoFlags {
  readonly part: string;
  readonly realTime?: boolean;
  readonly folder?: string;
}

/** `signet demo`: the main job, from a blank signer stick to a provisioned board, on simulated silicon. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('The main job on simulated silicon: signer set-up, server, one board.')
    .option('--part <part>', '508 or 608.', '508')
    .option('--real-time', "The chips' typical execution times.")
    .option('--folder <folder>', 'Where everything is kept; a temporary folder by default.')
    .action(async (flags: DemoFlags) => {
      process.exitCode = await demo(flags);
    });
}

async function demo({ part, realTime, folder }: DemoFlags): Promise<number> {
  if (part !== '508' && part !== '608')
    throw new SignetError('OPTION_INVALID', `"${part}" in --part is neither 508 nor 608.`);
  const terminal = openTerminal({ listen: false });
  const stop = new Stop();
  const offEnding = onEnding(() => stop.tell('interrupted'));
  try {
    const started = await startDemo({
      part,
      realTime: realTime === true,
      onLine: (line) => terminal.line(line),
      onStep: (text) => terminal.line(`${text}...`),
      ...given({ folder }),
    });
    let code: number = exitCodes.stationFault;
    try {
      const speaker = dialogueSpeaker(terminal);
      terminal.line('');
      speaker.reading(started.certinfo);
      const client = started.client();
      try {
        speaker.ok();
        speaker.connecting(started.server);
        await client.connect();
        speaker.ok();
        code = await provisionBoards(client, { count: 1, yes: true, unit: '' }, speaker, terminal, stop);
      } finally {
        await client.close();
      }
      terminal.line('');
    } finally {
      await started.close();
    }
    terminal.line('');
    terminal.line(`Logs:         ${started.dataFolder}/logs`);
    terminal.line(`Certificates: ${started.dataFolder}/certs`);
    return code;
  } finally {
    offEnding();
    terminal.close();
  }
}
