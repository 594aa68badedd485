import type { Command } from 'commander';
import { englishSentence } from '../../../src-shared/model/reasons.ts';
import { askKit, listKits, type PortSeen } from '../../line/find-kit.ts';
import { checkPlan } from '../../line/plan-check.ts';
import {
  imageSource,
  lintConfigFile,
  pemText,
  readCertificates,
  showCertInfo,
  showCertificate,
  showConfig,
  verifyCertificates,
  verifyLogFolder,
} from '../../line/tools.ts';
import { exitCodes } from './exit-codes.ts';
import { given, parseDataLock, parsePart, parseSlots, refuseBesidePlan } from './options.ts';

const print = (lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};

interface PlanFlags {
  readonly certinfo: string;
  readonly config?: string;
  readonly plan?: string;
  readonly part: string;
  readonly board?: string;
  readonly lockSlots?: string;
  readonly data?: string;
  readonly dataLock: string;
  readonly validate: boolean;
  readonly deviceDefinition?: string;
  readonly signerDefinition?: string;
  readonly json?: boolean;
}

/** Tools that look at files, kits and plans. */
export function addTools(program: Command): void {
  const config = program.command('config').description('Configuration images.');
  config
    .command('show <file>')
    .description('Decode an image (a file of 128 hex bytes, or preset:NAME).')
    .option('--part <part>', '508 or 608; by default the part it fits.')
    .option('--c', 'As C source, for the embedded client of firmware/.')
    .action((file: string, flags: { part?: string; c?: boolean }) => {
      const part = parsePart(flags.part);
      process.stdout.write(flags.c === true ? imageSource(file, part) : showConfig(file, part));
    });
  config
    .command('lint <file>')
    .description('Say what is wrong with an image; exit code 1 when there is an error.')
    .option('--part <part>', '508 or 608; by default the part it fits.')
    .option('--lock-slots <list>', 'Slots that will be locked one by one.')
    .option('--json', 'Findings as JSON.')
    .action((file: string, flags: { part?: string; lockSlots?: string; json?: boolean }) => {
      const { lines, findings, errors } = lintConfigFile(file, parsePart(flags.part), {
        deviceKeySlot: 0,
        certificateSlots: [10, 11, 12],
        slotsToLock: parseSlots(flags.lockSlots) ?? [],
      });
      if (flags.json === true) process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
      else print(lines.length === 0 ? ['Nothing to remark.'] : lines);
      process.exitCode = errors ? exitCodes.boardFailed : exitCodes.done;
    });
  program
    .command('certinfo')
    .description('Provisioning config files (atcaprov_cert_info_X.c).')
    .command('show <files...>')
    .description('Show what kind of signer it names.')
    .action((files: string[]) => print(showCertInfo(files)));
  const cert = program.command('cert').description('Certificates.');
  cert
    .command('show <files...>')
    .description('Decode certificates (DER or PEM).')
    .option('--pem', 'Print as PEM.')
    .action((files: string[], flags: { pem?: boolean }) => {
      for (const certificate of files.flatMap(readCertificates)) {
        if (flags.pem === true) process.stdout.write(pemText(certificate));
        else print([...showCertificate(certificate), '']);
      }
    });
  cert
    .command('verify <files...>')
    .description('Verify a chain: device, signer, root, in any number of files.')
    .action((files: string[]) => {
      const { lines, good } = verifyCertificates(files);
      print(lines);
      print([good ? 'The chain holds.' : 'The chain does NOT hold.']);
      process.exitCode = good ? exitCodes.done : exitCodes.boardFailed;
    });
  program
    .command('log')
    .description('The signing log.')
    .command('verify <folder>')
    .description('Verify the hash chain of a data folder or logs folder.')
    .action((folder: string) => {
      const { lines, good } = verifyLogFolder(folder);
      print(lines);
      process.exitCode = good ? exitCodes.done : exitCodes.boardFailed;
    });
  program
    .command('plan')
    .description('Plans.')
    .command('check')
    .description('Dry run: every packet, what each makes irreversible, what would fail.')
    .option('--certinfo <filename>', 'Provisioning configuration file.', 'atcaprov_cert_info_0.c')
    .option('--config <filename>', 'Configuration image.')
    .option('--plan <file>', 'Plan file.')
    .option('--part <part>', '508 or 608, when no chip is connected.', '508')
    .option('--board <place>', 'Check against the chip at tcp:HOST:PORT or a serial port.')
    .option('--lock-slots <list>', 'Slots to lock one by one.')
    .option('--data <file>', 'Data to write in stage 7.')
    .option('--data-lock <policy>', 'fill+crc or no-crc.', 'fill+crc')
    .option('--no-validate', 'Leave stage 10 out.')
    .option('--device-definition <file>', 'Device certificate definition.')
    .option('--signer-definition <file>', 'Signer certificate definition.')
    .option('--json', 'The result as JSON.')
    .action(async (flags: PlanFlags, command: Command) => {
      refuseBesidePlan(command);
      const result = await checkPlan({
        certinfo: flags.certinfo,
        dataLock: parseDataLock(flags.dataLock),
        validate: flags.validate,
        part: parsePart(flags.part) ?? 'ATECC508A',
        ...given({
          lockSlots: parseSlots(flags.lockSlots),
          config: flags.config,
          plan: flags.plan,
          data: flags.data,
          deviceDefinition: flags.deviceDefinition,
          signerDefinition: flags.signerDefinition,
          board: flags.board,
        }),
      });
      if (flags.json === true) process.stdout.write(`${JSON.stringify(result.json, undefined, 2)}\n`);
      else print(result.lines);
      process.exitCode = result.good ? exitCodes.done : exitCodes.boardFailed;
    });
  program
    .command('kits [ports...]')
    .description('List ports and sticks, why something was not taken, and what answers at the others.')
    .option('--json', 'As JSON.')
    .option('--no-ask', 'Open nothing, list only.')
    .action(async (named: readonly string[], flags: { json?: boolean; ask: boolean }) => {
      const { ports, health } = await listKits(named);
      const asked: { readonly port: PortSeen; readonly answer: string | undefined }[] = [];
      for (const port of ports) {
        const answer = flags.ask && port.taken ? await askKit(port.description.path) : undefined;
        asked.push({ port, answer });
      }
      if (flags.json === true) {
        const listed = asked.map(({ port, answer }) => (answer === undefined ? port : { ...port, answer }));
        process.stdout.write(`${JSON.stringify({ ports: listed, health }, undefined, 2)}\n`);
        return;
      }
      if (ports.length === 0) print(['Nothing is plugged in.']);
      for (const { port, answer } of asked) {
        print([`${port.taken ? '+' : '-'} ${port.description.path}  ${englishSentence(port.reason)}`]);
        if (answer !== undefined) print([`    ${answer}`]);
      }
      print(health);
    });
}
