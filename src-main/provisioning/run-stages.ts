import { createHash } from 'node:crypto';
import { type MemoryAddress, slotBlocks, slotSize } from '../../src-shared/atecc/address.ts';
import { decodeConfig } from '../../src-shared/atecc/config/index.ts';
import { serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { equalBytes, sliceExact, toHex } from '../../src-shared/base/bytes.ts';
import type { Result } from '../../src-shared/base/result.ts';
import {
  type DefinitionPair,
  deviceZone,
  isGenkeyLocation,
  locationsToRead,
  readCertificate,
  rebuildFromReader,
} from '../../src-shared/certificates/index.ts';
import { dataWrittenLine } from '../../src-shared/model/data-written.ts';
import { reason } from '../../src-shared/model/reasons.ts';
import type { StageName } from '../../src-shared/model/stages.ts';
import { proofOfPossessionDigest } from '../../src-shared/wire/index.ts';
import { type CertReply, replyFlags } from '../../src-shared/wire/messages.ts';
import {
  type BlockWrite,
  type ChipSession,
  challengeSignature,
  type DeviceFailure,
  followAddress,
  generateKey,
  lockConfig,
  lockData,
  lockSlots,
  putToSleep,
  readBlocks,
  readConfig,
  readOtp,
  publicKey as readPublicKey,
  readSerial,
  readSlots,
  updateExtra,
  writeBlocks,
  writeConfig,
} from '../device/index.ts';
import { checkChain } from './chain.ts';
import { buildContent, type Content, plannedInClear } from './content.ts';
import { type ResolvedWrite, resolveDataWrites } from './data-sources.ts';
import { type FoundState, foundState, foundStateWords } from './found-state.ts';
import { judgeReply } from './judge-reply.ts';
import { boardFails, EndOfRun, endOfDevice, endOfRequest, stationFails } from './outcome.ts';
import { verifyMessage } from './platform-verify.ts';
import type { DataBlock } from './ports.ts';
import {
  certificateSlots,
  definitionsFrom,
  imageFor,
  judgeImage,
  lintContext,
  plannedContent,
  selectionOf,
} from './preflight.ts';
import type { RequestFailure } from './request-client.ts';
import type { RunOptions } from './run-options.ts';

/** Why a stage is not attempted. */
export interface Skipped {
  readonly note: string;
}

/** What a run learns on its way, for its record. */
export interface RunFacts {
  foundState: string;
  /** Something in the chip was changed, by this run or an earlier one. */
  begun: boolean;
  configZone: string;
  publicKey: string;
  certificateSerial: string;
  signerSerialNumber: string;
  reissued: boolean;
  lockedSlots: number[];
  dataWritten: string[];
  logReference: { sequence: number; rowHash: string } | undefined;
}

const requestTries = 3;

/** The work of the ten stages on one chip (provisioning-recipes.md). State of one run; used once. */
export class RunStages {
  readonly facts: RunFacts = {
    foundState: '',
    begun: false,
    configZone: '',
    publicKey: '',
    certificateSerial: '',
    signerSerialNumber: '',
    reissued: false,
    lockedSlots: [],
    dataWritten: [],
    logReference: undefined,
  };
  readonly #o: RunOptions;
  #session: ChipSession;
  #image = new Uint8Array(128);
  #state: FoundState = 'new';
  #definitions: DefinitionPair | undefined;
  #writes: readonly ResolvedWrite[] = [];
  #certificateSlots: readonly number[] = [];
  #readBack: Uint8Array | undefined;
  #config = new Uint8Array(128);
  #publicKey = new Uint8Array(64);
  #reply: CertReply | undefined;
  #certificateBlocks: readonly BlockWrite[] = [];
  #callbackBlocks: readonly DataBlock[] = [];
  #content: Content | undefined;

  constructor(options: RunOptions) {
    this.#o = options;
    this.#session = options.board.open(options.board.chip.address);
  }

  /** Everything that can be checked before anything is changed. */
  async preflight(): Promise<void> {
    const { board, prepared, action, client, data, requester } = this.#o;
    const { chip } = board;
    this.#image = new Uint8Array(imageFor(prepared, chip));
    this.#writes = await resolveDataWrites(prepared.entry.dataWrites, {
      ...data,
      serialNumber: chip.serialNumber,
      unitLabel: requester.unitLabel,
    });
    const opened = await client.open();
    if (!opened.ok) this.#requestFailed(opened.failure);
    const validation = await client.validationData(selectionOf(prepared.certInfo));
    const definitions = validation.ok ? definitionsFrom(prepared, validation.value) : prepared.definitions;
    if (!validation.ok && (definitions === undefined || validation.failure.kind !== 'error'))
      this.#requestFailed(validation.failure);
    if (definitions === undefined) stationFails('DEFINITION_UNKNOWN', reason('run-no-definitions'));
    this.#definitions = definitions;
    this.#certificateSlots = certificateSlots(definitions);
    judgeImage(
      this.#image,
      chip.part,
      lintContext(prepared, this.#writes, this.#certificateSlots, chip, board.kit && { ...board.kit, version: '' }),
    );
    plannedContent(this.#image, chip.part, this.#writes, this.#certificateSlots);
    const { entry } = prepared;
    const slotsWritten =
      entry.dataLock === 'fill+crc'
        ? decodeConfig(this.#image, chip.part)
            .slots.filter((slot) => !slot.keyConfig.private)
            .map((slot) => slot.number)
        : [
            ...this.#certificateSlots,
            ...this.#writes.filter(({ write }) => write.zone === 'data').map(({ write }) => write.slot),
          ];
    this.#state = foundState(chip, { part: chip.part, image: this.#image, slotsWritten, lockSlots: entry.lockSlots });
    this.facts.foundState = foundStateWords[this.#state];
    this.facts.begun = chip.configLocked;
    this.#config = new Uint8Array(chip.config);
    this.#judgeState(action);
  }

  #judgeState(action: RunOptions['action']): void {
    const { lockedSlots } = this.#o.board.chip;
    if (this.#state === 'foreign') {
      boardFails('FOREIGN_CONFIG', reason('run-foreign'));
    }
    if (this.#state === 'slot-locked-early') {
      boardFails('SCRAP', reason('run-slot-locked', { slots: lockedSlots.join(', ') }));
    }
    if (this.#state === 'all-locked' && action === 'provision') {
      boardFails('ALREADY_PROVISIONED', reason('run-all-locked'));
    }
    if (action === 'validate' && this.#state !== 'all-locked' && this.#state !== 'data-locked') {
      boardFails('CONFIG_NOT_LOCKED', reason('run-not-finished'));
    }
  }

  /** Why this stage has nothing to do. */
  skipped(stage: StageName): Skipped | undefined {
    const { entry } = this.#o.prepared;
    const { chip } = this.#o.board;
    const validateOnly = this.#o.action === 'validate';
    switch (stage) {
      case 'CONFIG_WRITE':
      case 'CONFIG_LOCK':
        return chip.configLocked ? { note: 'locked already' } : undefined;
      case 'CONFIG_READ':
      case 'GEN_KEY':
        return undefined;
      case 'CERTS_REQUEST':
        return validateOnly ? { note: 'validation only' } : undefined;
      case 'CERTS_WRITE':
        return validateOnly ? { note: 'validation only' } : undefined;
      case 'DATA_WRITE':
        if (validateOnly) return { note: 'validation only' };
        if (chip.dataLocked)
          return this.#plannedInClear().length === 0 ? { note: 'data zone locked already' } : undefined;
        if (entry.dataLock === 'no-crc' && this.#writes.length === 0 && this.#o.callbacks.writeDataZone === undefined)
          return { note: 'no data planned' };
        return undefined;
      case 'DATA_LOCK':
        return chip.dataLocked ? { note: 'locked already' } : undefined;
      case 'SLOTS_LOCK':
        if (entry.lockSlots.length === 0) return { note: 'no slots planned' };
        return this.#state === 'all-locked' ? { note: 'locked already' } : undefined;
      case 'VALIDATE_CERTS':
        return entry.validate || validateOnly ? undefined : { note: 'not asked for' };
    }
  }

  /** Does a stage; gives a remark for the record where there is something to remark. */
  async perform(stage: StageName): Promise<string | undefined> {
    try {
      return await this.#work(stage);
    } catch (thrown) {
      if (!(thrown instanceof EndOfRun) || thrown.end.kind !== 'FAIL' || thrown.end.code === 'BOARD_CHANGED')
        throw thrown;
      // What looks like a bad board may be another board: reads that change nothing did not ask who answers.
      const found = await readSerial(this.#session);
      if (!found.ok || equalBytes(found.value, this.#serialNumber)) throw thrown;
      return this.#otherBoard(found.value);
    }
  }

  #otherBoard(found: Uint8Array): never {
    return boardFails(
      'BOARD_CHANGED',
      reason('run-other-board', { found: toHex(found), expected: toHex(this.#serialNumber) }),
    );
  }

  #work(stage: StageName): Promise<string | undefined> {
    switch (stage) {
      case 'CONFIG_WRITE':
        return this.#writeConfig();
      case 'CONFIG_LOCK':
        return this.#lockConfig();
      case 'CONFIG_READ':
        return this.#readConfig();
      case 'GEN_KEY':
        return this.#generateKey();
      case 'CERTS_REQUEST':
        return this.#requestCertificates();
      case 'CERTS_WRITE':
        return this.#writeCertificates();
      case 'DATA_WRITE':
        return this.#writeData();
      case 'DATA_LOCK':
        return this.#lockData();
      case 'SLOTS_LOCK':
        return this.#lockSlots();
      case 'VALIDATE_CERTS':
        return this.#validate();
    }
  }

  /** After the last stage: nothing secret is left in the chip. A chip that is already being taken out has lost it anyway. */
  async finish(): Promise<void> {
    await putToSleep(this.#session);
  }

  get #target(): {
    readonly serialNumber: Uint8Array;
    readonly part: 'ATECC508A' | 'ATECC608';
    readonly image: Uint8Array;
  } {
    const { chip } = this.#o.board;
    return { serialNumber: chip.serialNumber, part: chip.part, image: this.#image };
  }

  get #serialNumber(): Uint8Array {
    return this.#o.board.chip.serialNumber;
  }

  async #writeConfig(): Promise<string | undefined> {
    this.facts.begun = true;
    this.#readBack = this.#need(await writeConfig(this.#session, this.#target));
    return undefined;
  }

  async #lockConfig(): Promise<string | undefined> {
    const outcome = this.#need(await lockConfig(this.#session, this.#target, this.#readBack));
    const { board } = this.#o;
    const newAddress = (this.#image[16] ?? 0) & 0xfe;
    if (newAddress !== (board.chip.address & 0xfe)) {
      this.#session = this.#need(
        await followAddress((address) => board.open(address), {
          serialNumber: this.#serialNumber,
          oldAddress: board.chip.address,
          newAddress,
        }),
      );
    }
    const wanted = { userExtra: this.#image[84] ?? 0, selector: this.#image[85] ?? 0 };
    if (
      this.#readBack !== undefined &&
      (this.#readBack[84] !== wanted.userExtra || this.#readBack[85] !== wanted.selector)
    ) {
      this.#need(await updateExtra(this.#session, this.#serialNumber, wanted));
    }
    return outcome === 'locked-already' ? 'found locked' : undefined;
  }

  async #readConfig(): Promise<string | undefined> {
    const config = this.#need(await readConfig(this.#session));
    const found = serialNumberOf(config);
    if (!equalBytes(found, this.#serialNumber)) this.#otherBoard(found);
    this.#config = new Uint8Array(config);
    this.facts.configZone = toHex(config);
    return undefined;
  }

  async #generateKey(): Promise<string | undefined> {
    const { board, client, prepared, action } = this.#o;
    const slot = prepared.certInfo.devicePrivateKeySlot;
    const keepPresent = board.chip.configLocked;
    if (keepPresent) {
      const present = await readPublicKey(this.#session, slot, this.#serialNumber);
      if (!present.ok && present.failure.kind !== 'no-key') this.#deviceFailed(present.failure);
      const keySlotLocked = board.chip.lockedSlots.includes(slot);
      const mayCreate = !board.chip.dataLocked && !keySlotLocked;
      if (present.ok) {
        const known = await client.lookUp({
          configZone: this.#config,
          publicKey: present.value,
          selection: selectionOf(prepared.certInfo),
        });
        if (!known.ok) this.#requestFailed(known.failure);
        const { state } = known.value;
        if (state === 'same-key' || (action === 'accept-key' && !mayCreate)) {
          this.#adoptKey(present.value);
          return state === 'same-key' ? 'the certified key is kept' : 'a supervisor accepted the key found in the chip';
        }
        if (state !== 'none' && this.#o.rework !== true) {
          return boardFails('DUPLICATE_DEVICE', reason('run-other-key'));
        }
        if (!mayCreate) return boardFails('KEY_OF_UNKNOWN_ORIGIN', reason('run-unknown-key'));
      } else if (!mayCreate) {
        return boardFails('SCRAP', reason('run-no-key'));
      }
    }
    const made = this.#need(await generateKey(this.#session, slot, this.#serialNumber));
    this.#adoptKey(made.publicKey);
    if (made.repeatedByKit) return 'the kit repeated the command; the key now in force is used';
    return made.creations > 1 ? 'made again after a lost answer' : undefined;
  }

  #adoptKey(key: Uint8Array): void {
    this.#publicKey = new Uint8Array(key);
    this.facts.publicKey = toHex(key);
  }

  async #requestCertificates(): Promise<string | undefined> {
    const { client, prepared, requester, now } = this.#o;
    const proof = await this.#proofOfPossession();
    const request = {
      configZone: this.#config,
      publicKey: this.#publicKey,
      selection: selectionOf(prepared.certInfo),
      ...(requester.operator === '' ? {} : { operator: requester.operator }),
      ...(requester.batch === '' ? {} : { batch: requester.batch }),
      ...(requester.unitLabel === '' ? {} : { unitLabel: requester.unitLabel }),
      ...(proof === undefined ? {} : { proofOfPossession: proof }),
      ...(this.#o.maxReplyBody === undefined ? {} : { maxReplyBody: this.#o.maxReplyBody }),
    };
    let answer = await client.requestCertificates(request);
    // Asking again is harmless: the same chip with the same key gets the same certificate (signer-and-server.md 7.3).
    for (let tries = 1; !answer.ok && mayAskAgain(answer.failure) && tries < requestTries; tries += 1) {
      await client.done();
      const opened = await client.open();
      if (!opened.ok) this.#requestFailed(opened.failure);
      const fresh = await this.#proofOfPossession();
      const { proofOfPossession: _, ...rest } = request as typeof request & { proofOfPossession?: Uint8Array };
      answer = await client.requestCertificates(fresh === undefined ? rest : { ...rest, proofOfPossession: fresh });
    }
    if (!answer.ok) this.#requestFailed(answer.failure);
    const reply = answer.value;
    this.#certificateBlocks = judgeReply(reply, {
      certInfo: prepared.certInfo,
      definitions: this.#pair,
      publicKey: this.#publicKey,
      serialNumber: this.#serialNumber,
      now: now(),
    });
    this.#reply = reply;
    this.facts.certificateSerial = toHex(reply.certificateSerial);
    this.facts.signerSerialNumber = toHex(reply.signerSerialNumber);
    this.facts.reissued = (reply.flags & replyFlags.REISSUED) !== 0;
    this.facts.logReference = { sequence: reply.logReference.sequence, rowHash: toHex(reply.logReference.rowHash) };
    return this.facts.reissued ? 'the archived certificate was handed out again' : undefined;
  }

  /** Signature over the session's proof digest; undefined where the slot may not sign for others or the chip refuses before data lock. */
  async #proofOfPossession(): Promise<Uint8Array | undefined> {
    const { board, client, prepared } = this.#o;
    const slot = prepared.certInfo.devicePrivateKeySlot;
    const readKey = (this.#image[20 + 2 * slot] ?? 0) & 0x0f;
    if ((readKey & 1) === 0) return undefined;
    const challenge = proofOfPossessionDigest(client.sessionId, this.#config, this.#publicKey);
    const signed = await challengeSignature(this.#session, { slot, part: board.chip.part, challenge });
    if (signed.ok) return signed.value;
    if (signed.failure.kind === 'status') return undefined;
    return this.#deviceFailed(signed.failure);
  }

  async #writeCertificates(): Promise<string | undefined> {
    const { chip } = this.#o.board;
    if (!chip.dataLocked) {
      this.#need(await writeBlocks(this.#session, this.#serialNumber, this.#certificateBlocks));
      return undefined;
    }
    // Locked: read, and write again only what is wrong and still may be written.
    const wrong: BlockWrite[] = [];
    for (const block of this.#certificateBlocks) {
      const found = this.#need(await readBlocks(this.#session, [block.address]))[0];
      const length = Math.min(32, slotSize(block.address.slot) - 32 * block.address.block);
      if (found === undefined || !equalBytes(found.subarray(0, length), block.bytes.subarray(0, length)))
        wrong.push(block);
    }
    if (wrong.length === 0) return 'found complete';
    const slots = [...new Set(wrong.map((block) => block.address.slot))];
    for (const slot of slots) {
      const writable = ((this.#config[21 + 2 * slot] ?? 0) & 0xf0) === 0;
      if (chip.lockedSlots.includes(slot) || !writable)
        return boardFails('SLOT_CONTENT_WRONG', reason('run-certificate-slot', { slot }));
    }
    this.#need(await writeBlocks(this.#session, this.#serialNumber, wrong));
    return `slots ${slots.join(', ')} written again`;
  }

  async #writeData(): Promise<string | undefined> {
    if (this.#o.board.chip.dataLocked) return this.#compareData();
    const { callbacks } = this.#o;
    if (callbacks.writeDataZone !== undefined) {
      this.#callbackBlocks = await callbacks.writeDataZone({
        serialNumber: toHex(this.#serialNumber),
        configZone: this.#config,
      });
      for (const block of this.#callbackBlocks) {
        if (block.bytes.length !== 32) stationFails('DATA_SOURCE', reason('run-block-length'));
        if (block.zone === 'data' && this.#certificateSlots.includes(block.slot))
          stationFails('PLAN_UNSAFE', reason('run-slot-taken', { slot: block.slot }));
      }
    }
    const content = this.#buildContent();
    this.#content = content;
    const certificates = new Set(this.#certificateBlocks.map((block) => addressKey(block.address)));
    const rest = content.all.filter((block) => !certificates.has(addressKey(block.address)));
    this.#need(await writeBlocks(this.#session, this.#serialNumber, rest));
    this.facts.dataWritten.push(...this.#writes.map(({ write }) => dataWrittenLine(write)));
    return undefined;
  }

  #plannedInClear(): readonly ResolvedWrite[] {
    return plannedInClear(this.#image, this.#o.board.chip.part, this.#writes);
  }

  /**
   * Data zone locked, by an earlier run that may have ended before it compared: what is wrong and still may be written is
   * written again, anything else ends the run (provisioning-recipes.md 0, table).
   */
  async #compareData(): Promise<string | undefined> {
    const { chip } = this.#o.board;
    const again = new Set<number>();
    for (const { write, bytes } of this.#plannedInClear()) {
      const otp = write.zone === 'otp';
      const found = otp
        ? this.#need(await readOtp(this.#session))
        : (this.#need(await readSlots(this.#session, [write.slot])).get(write.slot) ?? new Uint8Array(0));
      if (equalBytes(found.subarray(write.offset, write.offset + bytes.length), bytes)) continue;
      const writable = !otp && ((this.#config[21 + 2 * write.slot] ?? 0) & 0xf0) === 0;
      if (!writable || chip.lockedSlots.includes(write.slot)) {
        return boardFails('SLOT_CONTENT_WRONG', reason('run-content', { place: otp ? 'OTP' : write.slot }));
      }
      const changed = found.slice();
      changed.set(bytes, write.offset);
      const blocks = slotBlocks(write.slot).map((address) => {
        const block = new Uint8Array(32);
        block.set(changed.subarray(32 * address.block, 32 * address.block + 32));
        return { address, bytes: block };
      });
      this.#need(await writeBlocks(this.#session, this.#serialNumber, blocks));
      again.add(write.slot);
    }
    return again.size === 0 ? 'found complete' : `slots ${[...again].join(', ')} written again`;
  }

  #buildContent(): Content {
    const { chip } = this.#o.board;
    return buildContent({
      image: this.#image,
      part: chip.part,
      dataLock: this.#o.prepared.entry.dataLock,
      planned: plannedContent(this.#image, chip.part, this.#writes, this.#certificateSlots),
      certificateBlocks: this.#certificateBlocks,
      callbackBlocks: this.#callbackBlocks,
      random: this.#o.data.random,
    });
  }

  async #lockData(): Promise<string | undefined> {
    const { entry } = this.#o.prepared;
    const content = this.#content ?? this.#buildContent();
    const policy =
      entry.dataLock === 'fill+crc'
        ? ({ policy: 'fill+crc', crc: content.crc, blocks: content.all } as const)
        : ({ policy: 'no-crc' } as const);
    await this.#deliverRandom();
    const locked = this.#need(await lockData(this.#session, this.#serialNumber, policy, content.expected));
    return locked.rewritten ? 'the first check sum was refused; everything was written once more' : undefined;
  }

  /**
   * Random data that the plan keeps goes to its sink and is forgotten here. Before the lock, not after it: a cut between
   * the two must not leave a locked chip with a secret that nobody has. A run that is resumed before the lock draws anew and
   * delivers again, so the newest value for a serial number is the one that counts.
   */
  async #deliverRandom(): Promise<void> {
    for (const { bytes, sink } of this.#writes) {
      if (sink === undefined) continue;
      if (this.#o.sink === undefined) stationFails('DATA_SOURCE', reason('run-no-sink', { name: sink }));
      await this.#o.sink(sink, toHex(this.#serialNumber), bytes);
      bytes.fill(0);
    }
  }

  async #lockSlots(): Promise<string | undefined> {
    const { entry } = this.#o.prepared;
    const locked = this.#need(await lockSlots(this.#session, this.#serialNumber, entry.lockSlots, this.#config));
    this.facts.lockedSlots = [...entry.lockSlots];
    return locked.length === entry.lockSlots.length
      ? undefined
      : `${entry.lockSlots.length - locked.length} were locked already`;
  }

  /** Stage 10: both certificates rebuilt from the chip, the chain to the plan's root, and a fresh challenge (provisioning-recipes.md 7). */
  async #validate(): Promise<string | undefined> {
    const { board, data, now, prepared } = this.#o;
    const definitions = this.#pair;
    const slot = prepared.certInfo.devicePrivateKeySlot;
    const found = this.#need(await readSerial(this.#session));
    if (!equalBytes(found, this.#serialNumber)) this.#otherBoard(found);
    const key = await readPublicKey(this.#session, slot, this.#serialNumber);
    if (!key.ok) this.#deviceFailed(key.failure);
    const slots = this.#need(await readSlots(this.#session, this.#slotsToRead(definitions)));
    const read = async (location: {
      zone: number;
      slot: number;
      isGenkey: boolean;
      offset: number;
      count: number;
    }): Promise<Result<Uint8Array, never>> => {
      if (isGenkeyLocation(location)) return { ok: true, value: key.value };
      const memory = location.zone === deviceZone.DATA ? (slots.get(location.slot) ?? new Uint8Array(0)) : this.#config;
      const end = Math.min(memory.length, location.offset + location.count);
      return { ok: true, value: sliceExact(memory, location.offset, Math.max(0, end - location.offset)) };
    };
    const signer = await rebuildFromReader(definitions.signer, prepared.certInfo.caPublicKey, read);
    if (!signer.ok) boardFails('CERTIFICATE_WRONG', reason('run-rebuild-signer', { quote: signer.failure.reason }));
    const signerKey = readCertificate(definitions.signer, signer.value).publicKey;
    if (!signerKey.ok) boardFails('CERTIFICATE_WRONG', reason('run-signer-key'));
    const device = await rebuildFromReader(definitions.device, signerKey.value, read);
    if (!device.ok) boardFails('CERTIFICATE_WRONG', reason('run-rebuild-device', { quote: device.failure.reason }));
    const chain = checkChain({
      device: device.value,
      signer: signer.value,
      rootPublicKey: prepared.certInfo.caPublicKey,
      devicePublicKey: key.value,
      serialNumber: this.#serialNumber,
      definitions,
      now: now(),
    });
    if (!chain.ok) boardFails('CERTIFICATE_WRONG', reason('run-chain', { quote: chain.failure }));
    if (this.#reply !== undefined && !equalBytes(this.#reply.deviceCertificate, device.value)) {
      boardFails('CERTIFICATE_WRONG', reason('run-other-certificate'));
    }
    // Fresh, and known by what it is the digest of, so that the platform's library can verify it.
    const nonce = data.random(32);
    const challenge = createHash('sha256').update(nonce).digest();
    const signature = await challengeSignature(this.#session, { slot, part: board.chip.part, challenge });
    if (!signature.ok) this.#deviceFailed(signature.failure);
    if (!verifyMessage(key.value, nonce, signature.value))
      boardFails('POSSESSION_NOT_PROVEN', reason('run-possession'));
    const serial = readCertificate(definitions.device, device.value).serialNumber;
    if (serial.ok) this.facts.certificateSerial = toHex(serial.value);
    this.facts.publicKey = toHex(key.value);
    return undefined;
  }

  #slotsToRead(definitions: DefinitionPair): readonly number[] {
    const slots = new Set<number>();
    for (const definition of [definitions.device, definitions.signer]) {
      for (const location of locationsToRead(definition)) {
        if (location.zone === deviceZone.DATA && !isGenkeyLocation(location)) slots.add(location.slot);
      }
    }
    return [...slots].sort((a, b) => a - b);
  }

  get #pair(): DefinitionPair {
    if (this.#definitions === undefined) throw new RangeError('pre-flight comes first');
    return this.#definitions;
  }

  /** The value of a chip access, or the end of the run. */
  #need<T>(result: Result<T, DeviceFailure>): T {
    if (result.ok) return result.value;
    return this.#deviceFailed(result.failure);
  }

  #deviceFailed(failure: DeviceFailure): never {
    throw new EndOfRun(endOfDevice(failure));
  }

  #requestFailed(failure: RequestFailure): never {
    if (failure.kind === 'error') this.#o.callbacks.requestError(failure.number, failure.message);
    throw new EndOfRun(endOfRequest(failure));
  }
}

function mayAskAgain(failure: RequestFailure): boolean {
  if (failure.kind === 'channel') return failure.code !== 'SERVER_UNREACHABLE';
  return failure.kind === 'error' && failure.retryable && (failure.code === 'BUSY' || failure.code === 'SIGN_FAILED');
}

function addressKey(address: MemoryAddress): string {
  return `${address.zone} ${address.slot} ${address.block}`;
}
