import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { certInfoFileName, profileDefaults } from '../../src-shared/certificates/index.ts';
import { KitRegistry, takeFailureAsError } from '../device/index.ts';
import { openKit } from '../hal/kit-transport.ts';
import { diskFiles } from '../records/index.ts';
import { checkPasswordPolicy, minimumPasswordCharacters, passwordSecret } from '../signing/asd1/password.ts';
import { softwareRoot } from '../signing/root.ts';
import { setUpModule } from '../signing/setup.ts';
import { setUpFailureAsError } from '../signing/setup-request.ts';
import type { SetUpStep } from '../signing/setup-steps.ts';
import { openBoard } from '../simulator/open-board.ts';
import { makeFolder } from './files.ts';
import { thisSoftware } from './program-digest.ts';
import { simulatorError } from './simulate.ts';

const stepWords: Readonly<Record<SetUpStep, string>> = {
  look: 'Looking at the stick',
  configure: 'Writing its configuration',
  'lock-configuration': 'Locking its configuration',
  fill: 'Writing its record and keys',
  'make-key': "Generating the signer's key",
  'lock-data': 'Locking its data zone',
  'read-back': 'Reading back',
  prove: 'Proving the password',
  certify: 'Certifying by the root',
  'write-certificate': 'Writing its certificate',
  'lock-slots': 'Locking slots',
  test: 'Signing a trial certificate',
  finish: 'Writing certinfo and definitions',
};

export interface NewSimulatedSigner {
  readonly stateFile: string;
  /** Gets certinfo, definitions and root certificate. */
  readonly folder: string;
  readonly name: string;
  readonly organisation: string;
  readonly chainId: number;
  /** Undefined = a module without one. Not kept. */
  readonly password: string | undefined;
  readonly step: (text: string) => void;
}

/**
 * The whole signer set-up (signer-and-server.md 6.5) through the Kit Protocol on a simulated stick, with a root in memory that is
 * forgotten afterwards: for trying Signet without hardware. Throws SignetError.
 */
export async function createSimulatedSigner(
  options: NewSimulatedSigner,
): Promise<{ readonly serialNumber: string; readonly name: string; readonly files: readonly string[] }> {
  if (existsSync(options.stateFile)) {
    throw new SignetError('OPTION_INVALID', `The file ${options.stateFile} exists already; nothing was set up.`, {
      path: options.stateFile,
    });
  }
  const certInfo = join(options.folder, certInfoFileName(options.chainId));
  if (existsSync(certInfo)) {
    throw new SignetError('OPTION_INVALID', `The file ${certInfo} exists already; nothing was set up.`, {
      path: certInfo,
    });
  }
  const password = options.password === undefined ? undefined : newPassword(options.password);
  makeFolder(dirname(options.stateFile), 'STORAGE_FAILED', 'folder of the state file');
  makeFolder(options.folder, 'STORAGE_FAILED', 'output folder');
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const now = (): Date => new Date();
  const defaults = profileDefaults('atmel-2015');
  const root = softwareRoot({
    organization: options.organisation,
    commonName: defaults.rootCommonName,
    chainId: options.chainId,
    years: 0,
    serialPolicy: 'key-hash',
    now: now(),
    random,
  });
  const opened = await openBoard({
    stateFile: options.stateFile,
    kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER' },
    chips: [{ part: '508A' }],
    timing: 'none',
    batchMs: 1000,
  }).catch((thrown: unknown) => {
    throw simulatorError(thrown);
  });
  let done = false;
  try {
    const kit = await openKit(opened.board.connect());
    if (!kit.ok) throw new SignetError('KIT_GARBAGE', 'The simulated stick does not answer.');
    const registry = new KitRegistry({ now: () => performance.now() });
    const adopted = await registry.adopt(kit.value);
    const lease = registry.take(adopted.id, { role: 'set-up', name: 'set-up' });
    if (!lease.ok) throw takeFailureAsError(lease.failure);
    const made = await setUpModule(
      {
        kind: 'signer',
        root,
        signerId: random(2).reduce((value, byte) => value * 256 + byte, 0),
        parameters: {
          ...defaults,
          organization: options.organisation,
          signerCommonNamePrefix: options.name,
          chainId: options.chainId,
        },
        definitions: { profile: 'atmel-2015' },
        label: '',
      },
      {
        lease: lease.value,
        passwords: password === undefined ? [] : [password],
        now,
        monotonic: () => performance.now(),
        random,
        notes: { setUpNote: () => undefined, setSetUpNote: () => Promise.resolve() },
        progress: ({ step, status }) => {
          if (status === 'done') options.step(`${stepWords[step]}...done`);
        },
        persons: [],
        software: thisSoftware(),
      },
    );
    if (!made.ok) throw setUpFailureAsError(made.failure);
    const files: string[] = [];
    for (const file of made.value.files) {
      const path = join(options.folder, file.name);
      await diskFiles.makeFolder(dirname(path));
      await diskFiles.replace(path, file.bytes);
      files.push(path);
    }
    done = true;
    return { serialNumber: toHex(made.value.identity.serialNumber), name: made.value.identity.name, files };
  } finally {
    password?.wipe();
    await root.close();
    await opened.close();
    // A stick that was only begun would stand in the way of the next try.
    if (!done) await rm(options.stateFile, { force: true });
  }
}

function newPassword(text: string): Secret {
  const { accepted, characters, bytes } = checkPasswordPolicy(text);
  const secret = accepted ? passwordSecret(text) : undefined;
  if (secret !== undefined) return secret;
  throw new SignetError(
    'PASSWORD_POLICY',
    bytes > 128
      ? `The password is not accepted: it has ${bytes} bytes, at most 128 are taken. Nothing was set up.`
      : `The password is not accepted: it has ${characters} characters, at least ${minimumPasswordCharacters} are wanted. Nothing was set up.`,
  );
}
