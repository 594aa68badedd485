import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstPlan } from '../../../src-main/line/plan-inspect.ts';
import { type RunningSimulation, startSimulatedBoard } from '../../../src-main/line/simulate.ts';
import { createSimulatedSigner } from '../../../src-main/line/simulate-signer.ts';
import { defaultImage } from '../../../src-shared/atecc/config/index.ts';
import { toHex } from '../../../src-shared/base/bytes.ts';
import type { Desk } from './desk.ts';

const host = '127.0.0.1';

/** A kit of this test that can be unplugged and plugged in again: simulated silicon behind a TCP port. */
class Cable {
  readonly #stateFile: string;
  readonly #stick: boolean;
  #running: RunningSimulation | undefined;
  #port = 0;

  constructor(stateFile: string, stick: boolean) {
    this.#stateFile = stateFile;
    this.#stick = stick;
  }

  get address(): string {
    return `tcp:${host}:${this.#port}`;
  }

  get serialNumber(): string {
    return this.#running?.serialNumbers()[0] ?? '';
  }

  async plugIn(): Promise<void> {
    this.#running = await startSimulatedBoard({
      host,
      port: this.#port,
      stateFile: this.#stateFile,
      realTime: false,
      ...(this.#stick ? { stick: true, mustExist: true } : { part: '508' as const, dialect: 'd21' as const }),
    });
    this.#port = this.#running.port;
  }

  async unplug(): Promise<void> {
    await this.#running?.close();
    this.#running = undefined;
  }
}

/** A station that was set up, with a signer stick and fixtures at real kits' places. */
export interface RealLine {
  readonly signer: Cable & { readonly serialNumber: string };
  readonly signerName: string;
  readonly signerSerial: string;
  readonly boards: readonly Cable[];
  close(): Promise<void>;
}

/** Sets a new station up: two sites, a signer whose password is still to be given, a plan in use. No board is plugged in yet. */
export async function realLine(desk: Desk, password: string): Promise<RealLine> {
  const scratch = mkdtempSync(join(tmpdir(), 'signet-bench-'));
  const files = join(scratch, 'files');
  const made = await createSimulatedSigner({
    stateFile: join(scratch, 'signer.json'),
    folder: files,
    name: 'Bench Signer',
    organisation: 'Signet test',
    chainId: 0,
    password,
    step: () => undefined,
  });
  const signer = new Cable(join(scratch, 'signer.json'), true);
  await signer.plugIn();
  const boards = [1, 2].map((number) => new Cable(join(scratch, `board-${number}.json`), false));
  // Their ports are known once they were open.
  for (const board of boards) {
    await board.plugIn();
    await board.unplug();
  }
  await desk.call('station.setUp', { name: 'Bench' });
  const settings = await desk.call('settings.get', {});
  await desk.call('settings.save', {
    ...settings,
    extraKits: [signer.address],
    sites: boards.map(({ address }, i) => ({
      id: `site-${i + 1}`,
      label: `Site ${i + 1}`,
      connector: address,
      enabled: true,
    })),
  });
  const read = (name: string): string => readFileSync(join(files, name), 'utf8');
  const plan = firstPlan({
    name: 'Bench product',
    certinfo: read('atcaprov_cert_info_0.c'),
    deviceDefinition: read('cert_def_2_device.c'),
    signerDefinition: read('cert_def_1_signer.c'),
    images: { ATECC508A: toHex(defaultImage('ATECC508A')) },
    note: '',
  });
  const { version } = await desk.call('plan.save', { plan });
  await desk.call('plan.release', { name: plan.name, version });
  await desk.call('plan.activate', { name: plan.name, version });
  await desk.eventually(
    async () => (await desk.state()).signers.find(({ state }) => state === 'PASSWORD_REQUIRED'),
    'the signer asks for its password',
  );
  return {
    signer,
    signerName: made.name,
    signerSerial: made.serialNumber,
    boards,
    async close() {
      for (const cable of [signer, ...boards]) await cable.unplug();
      rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
