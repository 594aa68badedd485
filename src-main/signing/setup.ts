import { slotBlocks } from '../../src-shared/atecc/address.ts';
import { chipStatus } from '../../src-shared/atecc/status.ts';
import { equalBytes, sliceExact, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import {
  encodeDefinition,
  isPublicKey,
  type PreparedCertificate,
  unpadPublicKey,
  verifyDigest,
} from '../../src-shared/certificates/index.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import {
  type AuthorisingKey,
  authorisedSign,
  authSurvivesIdle,
  type BlockWrite,
  type ChipIdentity,
  type ChipSession,
  configMatches,
  type DeviceFailure,
  factsOfConfig,
  generateKey,
  isTakenAway,
  lockConfig,
  lockData,
  lockSlots,
  proveKey,
  readSlots,
  testAuthorisation,
  verifyContent,
  withCopies,
  writeBlocks,
  writeConfig,
} from '../device/index.ts';
import { asd1Image, asd1LockedSlots, asd1RandomSlots, asd1Slots } from './asd1/layout.ts';
import { kdfAccepted, type ModuleKeys, moduleKeys, newModuleKdf, passwordsFault, wipeKeys } from './asd1/password.ts';
import { type Asd1Record, decodeRecord } from './asd1/record.ts';
import { ceremonyRecord } from './ceremony.ts';
import { definitionSource } from './definitions.ts';
import {
  type Blueprint,
  contentBeforeKey,
  contentOfKey,
  finishModuleCertificate,
  makeBlueprint,
  prepareModuleCertificate,
  recordsDiffer,
  storedSerialOf,
} from './setup-blueprint.ts';
import { expectedContent, type ModuleContent, moduleContent } from './setup-content.ts';
import { rootFiles, signerFiles } from './setup-files.ts';
import type { RootSetUp, SetUpFailure, SetUpOptions, SetUpOutcome, SignerSetUp } from './setup-request.ts';
import type { SetUpStep } from './setup-steps.ts';
import { probeSigner } from './signer-probe.ts';

const PART = 'ATECC508A';
const NOTHING_YET = new Uint8Array(72);

/**
 * Makes a blank stick a signer or root module: signer-and-server.md 6.5, steps 1 to 10, through the device room's procedures.
 * Looks at the chip first and goes on from what it finds: before the data lock everything but the configuration is done anew
 * (nothing can be read, and nothing was certified yet); after it every step looks before it does. Everything that could make a
 * later step fail is worked out before the first write. The passwords stay the caller's.
 */
export async function setUpModule(
  request: SignerSetUp | RootSetUp,
  options: SetUpOptions,
): Promise<Result<SetUpOutcome, SetUpFailure>> {
  const run = new SetUp(request, options);
  try {
    return ok(await run.run());
  } catch (thrown) {
    if (thrown instanceof Stopped)
      return fail(takenAway(thrown.failure, options.lease) ? { kind: 'removed' } : thrown.failure);
    throw thrown;
  } finally {
    run.forgetKeys();
  }
}

/** Whether it stopped because the stick is gone. */
function takenAway(failure: SetUpFailure, { transport }: SetUpOptions['lease']): boolean {
  return failure.kind === 'device' && (isTakenAway(failure.failure) || transport.closed);
}

/** Ends a set-up from wherever it is; never leaves this file. */
class Stopped extends Error {
  readonly failure: SetUpFailure;

  constructor(failure: SetUpFailure) {
    super(failure.kind);
    this.failure = failure;
  }
}

function stop(failure: SetUpFailure): never {
  throw new Stopped(failure);
}

/** The value, or the end of the set-up. */
function done<T>(result: Result<T, DeviceFailure>): T {
  if (result.ok) return result.value;
  const { failure } = result;
  switch (failure.kind) {
    case 'authorisation-test':
      return stop({ kind: 'test-failed', step: failure.step, found: failure.found });
    case 'auth-lost-over-idle':
      return stop({ kind: 'kit-unsuitable' });
    case 'authorisation-refused':
      return stop({ kind: 'password-wrong' });
    default:
      return stop({ kind: 'device', failure });
  }
}

function worked<T>(result: Result<T, Reason>): T {
  return result.ok ? result.value : stop({ kind: 'parameters', reason: result.failure });
}

/** Where an interrupted set-up stands. */
interface Found {
  readonly chip: ChipIdentity;
  readonly state: 'new' | 'data-open' | 'data-locked';
}

class SetUp {
  readonly #request: SignerSetUp | RootSetUp;
  readonly #options: SetUpOptions;
  readonly #begunAt: Date;
  readonly #remarks: string[] = [];
  #keys: ModuleKeys | undefined;
  #windowMs: number | undefined;

  constructor(request: SignerSetUp | RootSetUp, options: SetUpOptions) {
    this.#request = request;
    this.#options = options;
    this.#begunAt = options.now();
  }

  forgetKeys(): void {
    if (this.#keys !== undefined) wipeKeys(this.#keys);
    this.#keys = undefined;
  }

  async run(): Promise<SetUpOutcome> {
    this.#checkPasswords();
    const fresh = this.#freshBlueprint();
    this.#tell('look', 'start');
    const found = await this.#look();
    this.#tell('look', 'done');
    const session = this.#options.lease.chip(found.chip.address);
    let blueprint = fresh;
    let publicKey: Uint8Array;
    if (found.state === 'data-locked') {
      this.#skip('configure', 'lock-configuration', 'fill', 'make-key', 'lock-data');
      const resumed = await this.#resume(session, found.chip, fresh);
      blueprint = resumed.blueprint;
      publicKey = resumed.publicKey;
    } else {
      await this.#keepDefinitions(blueprint);
      publicKey = await this.#make(session, found, blueprint);
    }
    const settled = session.withFacts(factsOfConfig(PART, asd1Image));
    await this.#step('read-back', async () => {
      done(await verifyContent(settled, expectedContent(blueprint, publicKey, found.state === 'data-locked')));
    });
    await this.#certify(settled, found.chip.serialNumber, blueprint, publicKey);
    await this.#step('lock-slots', async () => {
      done(await lockSlots(settled, found.chip.serialNumber, asd1LockedSlots, asd1Image));
    });
    await this.#step('test', () =>
      this.#test(settled, found.chip.serialNumber, this.#prepared(blueprint, publicKey), publicKey),
    );
    return this.#finish(session, found.chip, publicKey);
  }

  #checkPasswords(): void {
    const why = passwordsFault(this.#options.passwords, this.#options.minimumPasswordCharacters);
    if (why !== undefined) stop({ kind: 'password-policy', reason: why });
  }

  #freshBlueprint(): Blueprint {
    const { passwords, random, kdf = newModuleKdf } = this.#options;
    if (!kdfAccepted(kdf)) stop({ kind: 'parameters', reason: reason('set-up-kdf') });
    const count = passwords.length === 0 ? 0 : passwords.length === 1 ? 1 : 2;
    return worked(
      makeBlueprint(this.#request, {
        passwords: count,
        kdf,
        salt: random(16),
        now: this.#begunAt,
        random,
      }),
    );
  }

  async #look(): Promise<Found> {
    const { lease } = this.#options;
    const chips = done(await lease.look());
    const chip = chips.find(({ address }) => address === asd1Image[16]) ?? chips[0];
    if (chip === undefined) return stop({ kind: 'no-chip' });
    if (chip.part !== PART) {
      return stop({ kind: 'unsupported', reason: reason('stick-other-part', { part: chip.part }) });
    }
    if (chip.address !== asd1Image[16]) return stop({ kind: 'unsupported', reason: reason('stick-other-address') });
    if (!chip.configLocked) return { chip, state: 'new' };
    if (!configMatches({ image: asd1Image, part: PART }, chip.config)) {
      return stop({ kind: 'foreign', reason: reason('stick-other-config') });
    }
    return { chip, state: chip.dataLocked ? 'data-locked' : 'data-open' };
  }

  /** Steps 1 to 3 of 6.5; gives the public key. */
  async #make(session: ChipSession, found: Found, blueprint: Blueprint): Promise<Uint8Array> {
    const { serialNumber } = found.chip;
    const { notes, lease, random, monotonic } = this.#options;
    const name = toHex(serialNumber);
    await notes.setSetUpNote(name, { begunAt: this.#begunAt.toISOString(), publicKey: '' });
    if (found.state === 'new') {
      const target = { serialNumber, part: PART, image: asd1Image } as const;
      const readBack = await this.#step('configure', async () => done(await writeConfig(session, target)));
      await this.#step('lock-configuration', async () => done(await lockConfig(session, target, readBack)));
    } else {
      this.#skip('configure', 'lock-configuration');
      this.#remarks.push('Resumed after an interruption before the data lock; everything was written anew.');
    }
    const settled = session.withFacts(factsOfConfig(PART, asd1Image));
    const keys = await this.#deriveKeys(serialNumber, blueprint.record);
    const secrets: ModuleContent[] = [];
    try {
      return await withCopies([keys.k4, keys.k5], async ([k4, k5]) => {
        const content = new Map(contentBeforeKey(blueprint, k4, k5));
        for (const slot of asd1RandomSlots) content.set(slot, random(36));
        const later = new Set<number>([asd1Slots.publicKey]);
        if (blueprint.rootPublicKey === undefined) later.add(asd1Slots.rootPublicKey);
        const ofKey = (block: BlockWrite): boolean => block.address.zone === 'data' && later.has(block.address.slot);
        const early = moduleContent(content);
        secrets.push(early);
        await this.#step('fill', async () => {
          done(
            await writeBlocks(
              settled,
              serialNumber,
              early.blocks.filter((block) => !ofKey(block)),
            ),
          );
        });
        await this.#requireSuitableKit(settled, serialNumber, keys);
        lease.touch();
        // From here to the lock the key signs for anybody: nothing but what must be comes in between.
        const begun = monotonic();
        const publicKey = await this.#step('make-key', async () => {
          const key = done(await generateKey(settled, asd1Slots.signingKey, serialNumber)).publicKey;
          await notes.setSetUpNote(name, { begunAt: this.#begunAt.toISOString(), publicKey: toHex(key) });
          return key;
        });
        for (const [slot, bytes] of contentOfKey(blueprint, publicKey)) content.set(slot, bytes);
        const whole = moduleContent(content);
        secrets.push(whole);
        await this.#step('lock-data', async () => {
          done(await writeBlocks(settled, serialNumber, whole.blocks.filter(ofKey)));
          const lock = { policy: 'fill+crc', crc: whole.crc, blocks: whole.blocks } as const;
          done(await lockData(settled, serialNumber, lock));
        });
        this.#windowMs = monotonic() - begun;
        for (const slot of asd1RandomSlots) content.get(slot)?.fill(0);
        return publicKey;
      });
    } finally {
      for (const content of secrets) content.wipe();
    }
  }

  /**
   * On a kit that wraps by itself: whether authorisation survives that, asked before the last irreversible step. A chip that does
   * not compare before the data lock (0F) is asked in the test at the end instead.
   */
  async #requireSuitableKit(session: ChipSession, serialNumber: Uint8Array, keys: ModuleKeys): Promise<void> {
    if (session.kit.dialect === 'legacy') return;
    const survives = await authSurvivesIdle(session, this.#auth(serialNumber, asd1Slots.passwordKey, keys.k4));
    if (!survives.ok && survives.failure.kind === 'status' && survives.failure.status === chipStatus.executionError) {
      return;
    }
    if (!done(survives)) stop({ kind: 'kit-unsuitable' });
  }

  /** What an interruption after the data lock left: the record in the chip counts, and only a key that was made here is taken. */
  async #resume(
    session: ChipSession,
    chip: ChipIdentity,
    fresh: Blueprint,
  ): Promise<{ readonly blueprint: Blueprint; readonly publicKey: Uint8Array }> {
    const { notes, acceptUnknownKeyBy, definitionFiles } = this.#options;
    const slots = done(
      await readSlots(session, [asd1Slots.record, asd1Slots.label, asd1Slots.storedSerial, asd1Slots.publicKey]),
    );
    const slot = (number: number): Uint8Array => slots.get(number) ?? NOTHING_YET;
    const decoded = decodeRecord(slot(asd1Slots.record));
    if (!decoded.ok) return stop({ kind: 'foreign', reason: reason('stick-no-record') });
    const record = decoded.value;
    const note = notes.setUpNote(toHex(chip.serialNumber));
    const publicKey = unpadPublicKey(slot(asd1Slots.publicKey));
    const open = asd1LockedSlots.some((number) => !chip.lockedSlots.includes(number));
    if (!open && note === undefined) return stop({ kind: 'already-a-module', name: record.signerName });
    if (!isPublicKey(publicKey)) return stop({ kind: 'wrong-content', reason: reason('stick-no-public-key') });
    if (note === undefined || note.publicKey !== toHex(publicKey)) {
      if (acceptUnknownKeyBy === undefined) return stop({ kind: 'unknown-origin', publicKey: toHex(publicKey) });
      this.#remarks.push(`Not begun here; its key was accepted by ${acceptUnknownKeyBy}.`);
    }
    const difference = recordsDiffer(fresh.record, record);
    if (difference !== undefined) return stop({ kind: 'differs', reason: difference });
    const definitions = definitionSource(definitionFiles).definitionsOf(record) ?? fresh.definitions;
    this.#remarks.push('Resumed after an interruption after the data lock; the open window was not measured.');
    const storedSerial = storedSerialOf(definitions.signer, slot(asd1Slots.storedSerial));
    const blueprint: Blueprint = {
      record,
      definition: definitions.signer,
      definitions,
      label: slot(asd1Slots.label),
      storedSerial,
      rootPublicKey: fresh.rootPublicKey,
      rootCompressedCertificate: fresh.rootCompressedCertificate,
    };
    const keys = await this.#deriveKeys(chip.serialNumber, record);
    const settled = session.withFacts(factsOfConfig(PART, asd1Image));
    const proven = done(await proveKey(settled, this.#auth(chip.serialNumber, asd1Slots.passwordKey, keys.k4)));
    if (!proven) return stop({ kind: 'password-wrong' });
    return { blueprint, publicKey };
  }

  /** Steps 5 to 7: proof, certificate, slot 12. The proof is the whole test, so that no key is certified that signs for anybody. */
  async #certify(
    session: ChipSession,
    serialNumber: Uint8Array,
    blueprint: Blueprint,
    publicKey: Uint8Array,
  ): Promise<void> {
    const prepared = this.#prepared(blueprint, publicKey);
    const caPublicKey = blueprint.rootPublicKey ?? publicKey;
    const found = done(await readSlots(session, [asd1Slots.certificate])).get(asd1Slots.certificate) ?? NOTHING_YET;
    const there = finishModuleCertificate(prepared, sliceExact(found, 0, 64));
    if (
      there.ok &&
      equalBytes(there.value.compressed, found) &&
      verifyDigest(caPublicKey, prepared.digest, sliceExact(found, 0, 64))
    ) {
      this.#skip('prove', 'certify', 'write-certificate');
      return;
    }
    await this.#step('prove', () => this.#test(session, serialNumber, prepared, publicKey));
    const signature = await this.#step('certify', () => this.#signature(session, serialNumber, prepared));
    if (!verifyDigest(caPublicKey, prepared.digest, signature)) {
      stop({ kind: 'root', failure: { kind: 'wrong-signature' } });
    }
    const finished = worked(finishModuleCertificate(prepared, signature));
    await this.#step('write-certificate', async () => {
      const bytes = new Uint8Array(96);
      bytes.set(finished.compressed);
      const blocks = slotBlocks(asd1Slots.certificate).map((address, i) => ({
        address,
        bytes: sliceExact(bytes, 32 * i, 32),
      }));
      const written = await writeBlocks(session, serialNumber, blocks);
      const content = await verifyContent(session, [
        { zone: 'data', slot: asd1Slots.certificate, bytes: finished.compressed },
      ]);
      if (!content.ok && !written.ok) done(written);
      done(content);
    });
  }

  async #signature(session: ChipSession, serialNumber: Uint8Array, prepared: PreparedCertificate): Promise<Uint8Array> {
    if (this.#request.kind === 'root') {
      const auth = this.#auth(serialNumber, asd1Slots.passwordKey, this.#moduleKeys().k4);
      return done(await authorisedSign(session, auth, { slot: asd1Slots.signingKey, digest: prepared.digest }));
    }
    const signed = await this.#request.root.signSigner(prepared.tbs);
    return signed.ok ? signed.value : stop({ kind: 'root', failure: signed.failure });
  }

  async #test(
    session: ChipSession,
    serialNumber: Uint8Array,
    prepared: PreparedCertificate,
    publicKey: Uint8Array,
  ): Promise<void> {
    const keys = this.#moduleKeys();
    const auth = this.#auth(serialNumber, asd1Slots.passwordKey, keys.k4);
    if (session.kit.dialect !== 'legacy' && !done(await authSurvivesIdle(session, auth))) {
      stop({ kind: 'kit-unsuitable' });
    }
    done(
      await testAuthorisation(session, {
        auth,
        other: this.#auth(serialNumber, asd1Slots.writeKey, keys.k5),
        signSlot: asd1Slots.signingKey,
        digest: prepared.digest,
        verify: (signature) => verifyDigest(publicKey, prepared.digest, signature),
      }),
    );
  }

  /** Step 10, after the stick was probed like any other. */
  async #finish(session: ChipSession, before: ChipIdentity, publicKey: Uint8Array): Promise<SetUpOutcome> {
    const { lease, now, software, persons, notes, definitionFiles } = this.#options;
    return this.#step('finish', async () => {
      const chip = done(await lease.look()).find(({ address }) => address === before.address);
      if (chip === undefined) return stop({ kind: 'no-chip' });
      const probed = done(
        await probeSigner(session, chip, {
          definitions: definitionSource(definitionFiles),
          trustsRoot: (key) => equalBytes(key, this.#rootKey() ?? publicKey),
          now,
        }),
      );
      if (probed.kind !== 'module') return stop({ kind: 'wrong-content', reason: probed.reason });
      const { identity } = probed;
      const generator = `${software.name} ${software.version}`;
      const files =
        this.#request.kind === 'root'
          ? rootFiles(identity.certificate, generator)
          : signerFiles(identity, {
              rootCertificate: this.#request.root.facts.certificate,
              generator,
              created: this.#begunAt,
              requireThisSigner: this.#request.requireThisSigner ?? false,
            });
      const ceremony = ceremonyRecord(identity, {
        begunAt: this.#begunAt.toISOString(),
        finishedAt: now().toISOString(),
        persons,
        software,
        openWindowMs: this.#windowMs,
        remarks: this.#remarks,
      });
      await notes.setSetUpNote(toHex(chip.serialNumber), undefined);
      return { identity, files, ceremony };
    });
  }

  #rootKey(): Uint8Array | undefined {
    return this.#request.kind === 'signer' ? this.#request.root.facts.publicKey : undefined;
  }

  /** Custom definitions are on the host before the stick names them. */
  async #keepDefinitions(blueprint: Blueprint): Promise<void> {
    if (!blueprint.record.customDefinitions) return;
    const { definitionFiles } = this.#options;
    if (definitionFiles === undefined) return stop({ kind: 'parameters', reason: reason('set-up-no-place') });
    const { signer, device } = blueprint.definitions;
    for (const [definition, digest] of [
      [signer, blueprint.record.signerDefinitionDigest],
      [device, blueprint.record.deviceDefinitionDigest],
    ] as const) {
      const bytes = encodeDefinition(definition);
      if (!bytes.ok) return stop({ kind: 'parameters', reason: reason('set-up-definition-values') });
      await definitionFiles.keepDefinition(toHex(digest), bytes.value);
    }
  }

  #prepared(blueprint: Blueprint, publicKey: Uint8Array): PreparedCertificate {
    return worked(prepareModuleCertificate(blueprint, publicKey));
  }

  async #deriveKeys(serialNumber: Uint8Array, record: Asd1Record): Promise<ModuleKeys> {
    this.forgetKeys();
    this.#keys = await moduleKeys(this.#options.passwords, serialNumber, record);
    return this.#keys;
  }

  #moduleKeys(): ModuleKeys {
    if (this.#keys === undefined) throw new SignetError('INTERNAL', 'the keys of the module were not derived yet');
    return this.#keys;
  }

  #auth(serialNumber: Uint8Array, slot: number, key: Secret): AuthorisingKey {
    return { slot, key, serialNumber, random: this.#options.random };
  }

  async #step<T>(step: SetUpStep, work: () => Promise<T>): Promise<T> {
    this.#tell(step, 'start');
    const value = await work();
    this.#tell(step, 'done');
    return value;
  }

  #skip(...steps: readonly SetUpStep[]): void {
    for (const step of steps) this.#tell(step, 'skipped');
  }

  #tell(step: SetUpStep, status: 'start' | 'done' | 'skipped'): void {
    this.#options.progress?.({ step, status });
  }
}
