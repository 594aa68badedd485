import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignetError } from '../../src-shared/base/error.ts';
import { openClient, type ProvisionClient } from './client.ts';
import { startServing } from './serve.ts';
import { startSimulatedBoard } from './simulate.ts';
import { createSimulatedSigner } from './simulate-signer.ts';

/** Where the demo's parts are, for whoever speaks its dialogue. */
export interface Demo {
  readonly folder: string;
  readonly dataFolder: string;
  readonly certinfo: string;
  readonly server: string;
  client(): ProvisionClient;
  close(): Promise<void>;
}

/** The demo's signer has a password like any other; it guards nothing. */
const demoPassword = 'only for the demo';

/**
 * The main job on simulated silicon: makes a signer module with a password, runs it, starts a provisioning server with it, and a
 * simulated board. Everything lies below one folder.
 */
export async function startDemo(options: {
  readonly part: '508' | '608';
  readonly realTime: boolean;
  readonly folder?: string;
  readonly onLine: (line: string) => void;
  readonly onStep: (text: string) => void;
}): Promise<Demo> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'signet-demo-'));
  const out = join(folder, 'signer-files');
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
    closers.length = 0;
  };
  try {
    options.onStep('Setting up a simulated signer module');
    await createSimulatedSigner({
      stateFile: join(folder, 'signer.json'),
      folder: out,
      name: 'Example ATECC508A Signer',
      organisation: 'Example Organization',
      chainId: 0,
      password: demoPassword,
      step: () => undefined,
    });
    const place = { host: '127.0.0.1', port: 0 };
    const stick = await startSimulatedBoard({
      ...place,
      stateFile: join(folder, 'signer.json'),
      part: '508',
      dialect: 'legacy',
      stick: true,
      realTime: options.realTime,
    });
    closers.push(() => stick.close());
    const board = await startSimulatedBoard({
      ...place,
      stateFile: join(folder, 'board.json'),
      part: options.part,
      dialect: 'd21',
      realTime: options.realTime,
    });
    closers.push(() => board.close());
    const dataFolder = join(folder, 'data');
    const serving = await startServing({
      ...place,
      allow: [],
      insecure: false,
      signers: [`tcp:127.0.0.1:${stick.port}`],
      dataFolder,
      roots: [join(out, 'root_certificate.pem')],
      onLine: options.onLine,
    });
    closers.push(() => serving.stop());
    const [waiting] = serving.waiting();
    if (waiting === undefined)
      throw new SignetError('SIGNER_FAULT', 'The simulated signer module does not ask for its password.');
    const unlocked = await serving.unlock(waiting.serialNumber, [demoPassword]);
    if (!unlocked.ok)
      throw new SignetError(
        'SIGNER_FAULT',
        `The simulated signer module cannot be unlocked: ${unlocked.failure.kind}.`,
      );
    const certinfo = join(out, 'atcaprov_cert_info_0.c');
    return {
      folder,
      dataFolder,
      certinfo,
      server: `127.0.0.1:${serving.port}`,
      client: () =>
        openClient({
          certinfo,
          validate: true,
          host: '127.0.0.1',
          port: String(serving.port),
          board: `tcp:127.0.0.1:${board.port}`,
          station: 'demo',
          operator: '',
          batch: '',
          runs: join(folder, 'client'),
        }),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
