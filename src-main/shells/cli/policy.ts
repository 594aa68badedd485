import type { Command } from 'commander';
import { openPolicyDesk, type PolicyDesk } from '../../line/policy-desk.ts';
import { parseNumber } from './options.ts';

const dataDir = ['--data-dir <folder>', "Data folder of the server. Default: the platform's."] as const;

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

/** Stations, batches and reworks: what a supervisor decides. The server may be running meanwhile. */
export function addPolicy(program: Command): void {
  const station = program.command('station').description('Stations with keys, for a server beyond this computer.');
  station
    .command('add <name>')
    .description("Make a station's key and write it to an owner-only file, for `provision --station-key`.")
    .option(...dataDir)
    .option('--key-file <file>', 'Where the key goes; by default the name of the station with .key.')
    .action(async (name: string, flags: { dataDir?: string; keyFile?: string }) => {
      const file = flags.keyFile ?? `${name.replace(/[^\p{L}\p{N}_-]+/gu, '-')}.key`;
      await withDesk(flags.dataDir, (desk) => desk.addStation(name, file));
      print(`Station "${name}" may identify itself with ${file}. Take the file there and leave no copy here.`);
    });
  station
    .command('list')
    .description('List the stations.')
    .option(...dataDir)
    .action(async (flags: { dataDir?: string }) => {
      const stations = await withDesk(flags.dataDir, (desk) => desk.stations());
      if (stations.length === 0) print('No station has a key.');
      for (const { name, createdAt, withdrawn } of stations)
        print(`${withdrawn ? 'withdrawn' : 'valid    '}  ${createdAt}  ${name}`);
    });
  station
    .command('withdraw <name>')
    .description("Withdraw a station's key; it counts no more from its next connection on.")
    .option(...dataDir)
    .action(async (name: string, flags: { dataDir?: string }) => {
      await withDesk(flags.dataDir, (desk) => desk.withdrawStation(name));
      print(`The key of station "${name}" is withdrawn.`);
    });
  addBatch(program);
  addRework(program);
}

function addBatch(program: Command): void {
  const batch = program.command('batch').description('Production orders: open or closed, with or without a quota.');
  batch
    .command('open <name>')
    .description('Open a batch; without --quota it has no limit. A batch that nobody wrote down is open, too.')
    .option(...dataDir)
    .option('--quota <n>', 'Certificates that may be issued for it in all.')
    .action(async (name: string, flags: { dataDir?: string; quota?: string }) => {
      const quota = parseNumber('--quota', flags.quota, 'number of certificates', 0, 100_000_000);
      await withDesk(flags.dataDir, (desk) => desk.setBatch({ name, open: true, quota }));
      print(`Batch "${name}" is open${quota === undefined ? '' : ` for ${quota} certificates`}.`);
    });
  batch
    .command('close <name>')
    .description('Close a batch: nothing new is issued for it.')
    .option(...dataDir)
    .action(async (name: string, flags: { dataDir?: string }) => {
      await withDesk(flags.dataDir, (desk) => {
        const quota = desk.batches().find((known) => known.name === name)?.quota;
        return desk.setBatch({ name, open: false, quota });
      });
      print(`Batch "${name}" is closed.`);
    });
  batch
    .command('list')
    .description('List the batches.')
    .option(...dataDir)
    .action(async (flags: { dataDir?: string }) => {
      const batches = await withDesk(flags.dataDir, (desk) => desk.batches());
      if (batches.length === 0) print('No batch was written down.');
      for (const { name, open, quota, issued } of batches)
        print(`${open ? 'open  ' : 'closed'}  ${issued} of ${quota ?? 'any number'}  ${name}`);
    });
}

function addRework(program: Command): void {
  const rework = program.command('rework').description('Reworks: permissions to certify a chip once more.');
  rework
    .command('add <serial>')
    .description('Allow one more certificate, for another key, for a chip that has one already.')
    .requiredOption('--reason <text>', 'Why; it is recorded.')
    .option(...dataDir)
    .action(async (serial: string, flags: { dataDir?: string; reason: string }) => {
      const chip = await withDesk(flags.dataDir, (desk) => desk.addRework(serial, flags.reason));
      print(`One more certificate may be issued for ${chip}.`);
    });
  rework
    .command('list')
    .description('List the reworks.')
    .option(...dataDir)
    .action(async (flags: { dataDir?: string }) => {
      const reworks = await withDesk(flags.dataDir, (desk) => desk.reworks());
      if (reworks.length === 0) print('No rework was recorded.');
      for (const { serialNumber, createdAt, who, reason, usedFor } of reworks)
        print(
          `${serialNumber}  ${usedFor === '' ? 'not used' : `used for ${usedFor}`}  ${createdAt}  ${who}: ${reason}`,
        );
    });
}

async function withDesk<T>(folder: string | undefined, work: (desk: PolicyDesk) => T | Promise<T>): Promise<T> {
  const desk = openPolicyDesk(folder);
  try {
    return await work(desk);
  } finally {
    desk.close();
  }
}
