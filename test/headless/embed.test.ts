import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChip } from '../../src-main/simulator/chip/index.ts';
import { hastenedClock } from '../../src-main/simulator/clock.ts';
import { siliconBus } from '../../src-main/simulator/i2c-bus.ts';
import { serveI2cBus } from '../../src-main/simulator/i2c-bus-server.ts';
import { fakeServer } from './fake-server.ts';
import { chipsIn, type Place, Workplace } from './workplace.ts';

/** The provisioning library as others get it: packed, installed into an empty folder, used from plain JavaScript and from TypeScript. */

const top = fileURLToPath(new URL('../../', import.meta.url));
const consumer = mkdtempSync(join(tmpdir(), 'signet-consumer-'));
const place = new Workplace();
let server: Place;

beforeAll(async () => {
  const tarball = pack();
  install(tarball);
  for (const name of readdirSync(fileURLToPath(new URL('./embed/', import.meta.url))))
    copyFileSync(fileURLToPath(new URL(`./embed/${name}`, import.meta.url)), join(consumer, name));
  server = (await place.line()).server;
});
afterAll(async () => {
  await place.close();
  rmSync(consumer, { recursive: true, force: true });
});

function pack(): string {
  const out = execFileSync('npm', ['pack', '--json', '--pack-destination', consumer], {
    cwd: top,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 200_000,
  });
  const [name] = /signet-[\d.]+\.tgz/.exec(out) ?? [];
  if (name === undefined) throw new Error(`npm pack: ${out}`);
  return join(consumer, name);
}

/**
 * `npm install` of the tarball. The packages for USB and serial ports that it names are not needed by the library; where no
 * registry can be reached for them the tarball is unpacked where npm would put it.
 */
function install(tarball: string): void {
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0'];
  const installed = spawnSync('npm', ['install', ...options, tarball], {
    cwd: consumer,
    encoding: 'utf8',
    timeout: 90_000,
  });
  if (installed.status === 0) return;
  const folder = join(consumer, 'node_modules', 'signet');
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}

interface Told {
  readonly told: readonly string[];
  readonly journal?: readonly string[];
  readonly result: {
    readonly passed: boolean;
    readonly serialNumber: string;
    readonly part: string;
    readonly publicKey: string;
    readonly lockedSlots: readonly number[];
    readonly outcome: Readonly<Record<string, unknown>>;
  };
  readonly error?: Readonly<Record<string, unknown>>;
  readonly transfers?: Readonly<Record<string, number>>;
}

/** Runs a program of the consumer's, asynchronously: boards of this process must be able to answer meanwhile. */
async function consume(program: string, ...args: readonly string[]): Promise<Told> {
  const out = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { cwd: consumer, timeout: 200_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
  });
  return JSON.parse(out);
}

const stagesDone = [
  'CONFIG_WRITE',
  'CONFIG_LOCK',
  'CONFIG_READ',
  'GEN_KEY',
  'CERTS_REQUEST',
  'CERTS_WRITE',
  'DATA_WRITE',
  'DATA_LOCK',
];

describe('the packed library', () => {
  it('holds JavaScript and declarations, and nothing of the program’s sources', () => {
    const folder = join(consumer, 'node_modules', 'signet');
    expect(readdirSync(join(folder, 'dist', 'provisioning')).sort()).toEqual(['provisioning.d.ts', 'provisioning.js']);
    expect(existsSync(join(folder, 'src-main'))).toBe(false);
    expect(existsSync(join(folder, 'LICENSE'))).toBe(true);
    const declarations = readFileSync(join(folder, 'dist', 'provisioning', 'provisioning.d.ts'), 'utf8');
    expect(declarations).not.toMatch(/\bimport\b/);
  });

  it('provisions a chip behind a kit from plain JavaScript, through its own callbacks', async () => {
    const board = await place.board('embedded', ['--part', '608', '--dialect', 'modern']);
    const { told, journal, result } = await consume(
      'kit-consumer.js',
      place.certinfo(),
      String(board.port),
      String(server.port),
    );
    expect(result).toMatchObject({ passed: true, part: 'ATECC608', outcome: { kind: 'PASS' } });
    const notified = told.filter((line) => /^[A-Z_]+ [A-Z]+$/.test(line));
    expect(notified).toEqual([
      ...stagesDone.flatMap((stage) => [`${stage} START`, `${stage} DONE`]),
      'SLOTS_LOCK SKIPPED',
      'VALIDATE_CERTS START',
      'VALIDATE_CERTS DONE',
    ]);
    expect(told[0]).toBe('start');
    expect(told.filter((line) => line === 'send true').length).toBeGreaterThanOrEqual(3);
    expect(told.at(-1)).toBe('done');
    expect(told).toContain(`write data zone ${result.serialNumber} 128`);
    expect([journal?.[0], journal?.at(-1)]).toEqual(['begin', 'end']);
    const row = place.log().findLast((line) => line['device_sn'] === result.serialNumber);
    expect(row).toMatchObject({ result: 'SIGNED', station: 'own program', device_public_key: result.publicKey });
    const [chip] = await chipsIn(place.at('embedded.json'));
    expect(chip?.dataLocked).toBe(true);
    expect(chip?.slots[8]?.subarray(384, 416)).toEqual(new Uint8Array(32).fill(0x5a));
    await board.process.stop();
  });

  it.each(['508A', '608A'] as const)(
    'provisions a %s on a bus that only its user knows: wake, talk, idle, sleep',
    async (part) => {
      const clock = hastenedClock();
      const chip = createChip({
        part,
        serialNumber: Uint8Array.from([0x01, 0x23, part === '508A' ? 5 : 6, 1, 2, 3, 4, 5, 0xee]),
        clock,
        timing: 'typical',
      });
      const bus = await serveI2cBus(siliconBus({ chips: () => [chip], clock }), { clock, at: { port: 0 } });
      const { result, transfers, told } = await consume(
        'bus-consumer.js',
        place.certinfo(),
        bus.where.replace(/^.*:/, ''),
        String(server.port),
      );
      expect(result).toMatchObject({ passed: true, lockedSlots: [10, 11, 12] });
      expect(told).toContain('SLOTS_LOCK DONE');
      const { configLocked, dataLocked, config } = chip.inspect();
      expect([configLocked, dataLocked, config[89]]).toEqual([true, true, 0xe3]);
      expect(transfers?.['talk']).toBeGreaterThan(80);
      expect(transfers?.['sleep']).toBe(1);
      await bus.close();
    },
  );

  it('gives failed runs as results and wrong input as errors with the note’s return codes', async () => {
    const board = await place.board('embedded-again');
    const run = (extra: object, port = String(server.port)): Promise<Told> =>
      consume('kit-consumer.js', place.certinfo(), String(board.port), port, JSON.stringify(extra));
    const gone = await fakeServer(() => undefined);
    await gone.close();
    const unreachable = await run({}, String(gone.port));
    expect(unreachable.result).toMatchObject({
      passed: false,
      outcome: { kind: 'FAULT', code: 'SERVER_UNREACHABLE', stage: 0, next: 'retry' },
    });
    const unsafe = await run({ lockSlots: [8] });
    expect(unsafe.result).toMatchObject({ passed: false, outcome: { kind: 'FAULT', stage: 0, next: 'none' } });
    const unreadable = await run({ certinfo: 'int f(void) { return 1; }' });
    expect(unreadable.error).toMatchObject({
      name: 'ProvisioningError',
      code: 'FILE_INVALID',
      number: 186,
      known: 186,
    });
    const [chip] = await chipsIn(place.at('embedded-again.json'));
    expect(chip?.configLocked).toBe(false);
    expect((await run({})).result.passed).toBe(true);
    const twice = await run({});
    expect(twice.result).toMatchObject({ passed: false, outcome: { code: 'ALREADY_PROVISIONED', next: 'validate' } });
    expect((await run({ action: 'validate' })).result.passed).toBe(true);
    await board.process.stop();
  });

  it('is typed: a strict TypeScript program compiles against it without our sources', () => {
    writeFileSync(
      join(consumer, 'typed.ts'),
      `import { type Callbacks, type ChipFunctions, configFromText, type DataBlock, type KitBytes, type Outcome, provision, ProvisioningError, type ProvisionResult, returnCodes, type Stage, type Status } from 'signet/provisioning';

const heard: (readonly [Stage, Status])[] = [];
const callbacks: Callbacks = {
  async start() {},
  async send(bytes: Uint8Array) { void bytes.length; },
  receive: async (expected: number) => new Uint8Array(expected),
  done() {},
  requestError(code: number, message: string) { void [code, message]; },
  async writeDataZone({ serialNumber, configZone }): Promise<readonly DataBlock[]> {
    void [serialNumber, configZone];
    return [{ zone: 'data', slot: 8, block: 0, bytes: new Uint8Array(32) }];
  },
  notify(stage, status, detail) { heard.push([stage, status]); void detail.note?.length; },
};
const functions: ChipFunctions = {
  wake: async () => true,
  talk: async (_address, packet) => packet,
  async idle() {},
  async sleep() {},
};
const bytes: KitBytes = { async write() {}, setReceiver(receiver) { receiver.closed('x'); }, async close() {} };
export async function use(which: boolean): Promise<Outcome> {
  try {
    const result: ProvisionResult = await provision({ device: which ? functions : bytes, callbacks, certinfo: '', config: configFromText('00'), lockSlots: [10] });
    return result.outcome;
  } catch (error) {
    if (error instanceof ProvisioningError && error.number === returnCodes['NO_CHIP']) return { kind: 'PASS' };
    throw error;
  }
}
// @ts-expect-error a stage that there is not
const wrong: Stage = 'CONFIG_WROTE';
export { wrong };
`,
    );
    const compile = (): ReturnType<typeof spawnSync> =>
      spawnSync(
        process.execPath,
        [
          join(top, 'node_modules', 'typescript', 'bin', 'tsc'),
          '--noEmit',
          '--strict',
          '--exactOptionalPropertyTypes',
          '--noUncheckedIndexedAccess',
          '--module',
          'nodenext',
          '--moduleResolution',
          'nodenext',
          '--target',
          'es2022',
          '--lib',
          'es2022',
          '--types',
          '',
          '--skipLibCheck',
          'false',
          'typed.ts',
        ],
        { cwd: consumer, encoding: 'utf8' },
      );
    const { status, stdout } = compile();
    expect(`${stdout}`).toBe('');
    expect(status).toBe(0);
  });
});
