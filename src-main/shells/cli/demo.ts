import type { Command } from 'commander';
import { SignetError } from '../../../src-shared/base/error.ts';
import { startDemo } from '../../line/demo.ts';
import { exitCodes } from './exit-codes.ts';
import { boards, dialogueSpeaker } from './provision.ts';

/** `signet demo`: the main job, from a blank signer stick to a provisioned board, on simulated silicon. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('The main job on simulated silicon: signer set-up, server, one board.')
    .option('--part <part>', '508 or 608.', '508')
    .option('--real-time', "The chips' typical execution times.")
    .option('--folder <folder>', 'Where everything is kept; a temporary folder by default.')
    .action(async (flags: { part: string; realTime?: boolean; folder?: string }) => {
      if (flags.part !== '508' && flags.part !== '608')
        throw new SignetError('OPTION_INVALID', `"${flags.part}" in --part is neither 508 nor 608.`);
      process.exitCode = await demo(flags.part, flags.realTime === true, flags.folder);
    });
}

async function demo(part: '508' | '608', realTime: boolean, folder: string | undefined): Promise<number> {
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  const started = await startDemo({
    part,
    realTime,
    onLine: say,
    onStep: (text) => say(`${text}...`),
    ...(folder === undefined ? {} : { folder }),
  });
  let code: number = exitCodes.stationFault;
  try {
    const speaker = dialogueSpeaker();
    say('');
    speaker.reading(started.certinfo);
    const client = started.client();
    try {
      speaker.ok();
      speaker.connecting(started.server);
      await client.connect();
      speaker.ok();
      code = await boards(client, { count: 1, yes: true, unit: '' }, speaker, new AbortController());
    } finally {
      await client.close();
    }
    say('');
  } finally {
    await started.close();
  }
  say('');
  say(`Logs:         ${started.dataFolder}/logs`);
  say(`Certificates: ${started.dataFolder}/certs`);
  return code;
}
