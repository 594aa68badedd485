import { createHash } from 'node:crypto';
import { type KitEntry, type KitLease, KitRegistry } from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import type { Transport } from '../../src-main/hal/transport.ts';
import type { DefinitionFiles } from '../../src-main/signing/definitions.ts';
import type { DelayBook } from '../../src-main/signing/password-delay.ts';
import { type RootAuthority, softwareRoot } from '../../src-main/signing/root.ts';
import type { SetUpNote, SetUpNotes, SetUpOptions, SignerSetUp } from '../../src-main/signing/setup-request.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { utf8 } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { type ProfileName, profileDefaults } from '../../src-shared/certificates/index.ts';

/** What tests of the signing room share: deterministic randomness, a fast KDF, notes in memory, kits on simulated boards. */

/** The least that records may say: 2^14. */
export const fastKdf = { algorithm: 1, log2N: 14, r: 8, p: 1 } as const;

export const now = (): Date => new Date('2026-03-04T10:20:30Z');

export const software = { name: 'Signet', version: 'test', digest: '' } as const;

/** Bytes that are the same at every run: SHA-256 in counter mode over a seed. */
export function seeded(seed: string): (length: number) => Uint8Array {
  let counter = 0;
  let pool = new Uint8Array(0);
  return (length) => {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) {
      if (pool.length === 0) {
        counter += 1;
        pool = new Uint8Array(createHash('sha256').update(`${seed} ${counter}`).digest());
      }
      out[i] = pool[0] ?? 0;
      pool = pool.subarray(1);
    }
    return out;
  };
}

export function password(text: string): Secret {
  return new Secret(utf8(text.normalize('NFC')));
}

export class MemoryNotes implements SetUpNotes {
  readonly notes = new Map<string, SetUpNote>();
  setUpNote(serialNumber: string): SetUpNote | undefined {
    return this.notes.get(serialNumber);
  }
  async setSetUpNote(serialNumber: string, note: SetUpNote | undefined): Promise<void> {
    if (note === undefined) this.notes.delete(serialNumber);
    else this.notes.set(serialNumber, note);
  }
}

export class MemoryDelays implements DelayBook {
  readonly delays = new Map<string, { failures: number; untilMs: number }>();
  passwordDelay(signer: string): { failures: number; untilMs: number } {
    return this.delays.get(signer) ?? { failures: 0, untilMs: 0 };
  }
  async setPasswordDelay(signer: string, failures: number, untilMs: number): Promise<void> {
    this.delays.set(signer, { failures, untilMs });
  }
}

export class MemoryDefinitions implements DefinitionFiles {
  readonly files = new Map<string, Uint8Array>();
  definitionBytes(digest: string): Uint8Array | undefined {
    return this.files.get(digest);
  }
  async keepDefinition(digest: string, bytes: Uint8Array): Promise<void> {
    this.files.set(digest, bytes);
  }
}

/** Lines as the activity log gets them: "info text". */
export class Lines {
  readonly lines: string[] = [];
  info(text: string): void {
    this.lines.push(`info ${text}`);
  }
  warning(text: string): void {
    this.lines.push(`warning ${text}`);
  }
  error(text: string): void {
    this.lines.push(`error ${text}`);
  }
}

export function testRoot(overrides: Partial<Parameters<typeof softwareRoot>[0]> = {}): ReturnType<typeof softwareRoot> {
  return softwareRoot({
    organization: 'Example Organization',
    commonName: 'Example ATECC508A Root CA',
    chainId: 0,
    years: 0,
    serialPolicy: 'key-hash',
    now: new Date('2026-01-01T00:00:00Z'),
    random: seeded('root'),
    ...overrides,
  });
}

export function signerRequest(
  root: RootAuthority,
  profile: ProfileName = 'atmel-2015',
  overrides: Partial<SignerSetUp> = {},
): SignerSetUp {
  return {
    kind: 'signer',
    root,
    signerId: 0xc48b,
    parameters: profileDefaults(profile),
    definitions: { profile },
    label: 'Line 3',
    ...overrides,
  };
}

export function setUpOptions(
  lease: KitLease,
  overrides: Partial<SetUpOptions> = {},
): SetUpOptions & { readonly notes: SetUpNotes } {
  return {
    lease,
    passwords: [password('correct horse battery')],
    now,
    monotonic: () => performance.now(),
    random: seeded('set-up'),
    notes: new MemoryNotes(),
    persons: ['A', 'B'],
    software,
    kdf: fastKdf,
    ...overrides,
  };
}

/** A registry with a board in it. */
export async function plugIn(
  board: Board,
  registry = new KitRegistry({ now: () => performance.now() }),
): Promise<{ readonly registry: KitRegistry; readonly kit: KitEntry; readonly transport: Transport }> {
  const opened = await openKit(board.connect());
  if (!opened.ok) throw new Error(`the kit did not open: ${opened.failure.kind}`);
  const kit = await registry.adopt(opened.value);
  return { registry, kit, transport: opened.value };
}

/** The same, taken for a set-up. */
export async function takeForSetUp(board: Board): Promise<KitLease> {
  const { registry, kit } = await plugIn(board);
  const taken = registry.take(kit.id, { role: 'set-up', name: 'test' });
  if (!taken.ok) throw new Error(taken.failure.kind);
  return taken.value;
}
