import { serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { equalBytes, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  type CertificateDate,
  dateText,
  encodeDefinition,
  finishCertificate,
  keyId,
  type PreparedCertificate,
  prepareCertificate,
  serialSource,
  unixSeconds,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { AttemptBook } from './attempts.ts';
import { checkKeySlot, checkRequest, matchSigner, type ProofPolicy } from './checks.ts';
import { ClockGuard } from './clock-guard.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { chooseSigner, type ReissueIdentity, type SignerPool } from './pool.ts';
import type {
  Activity,
  ArchivedCertificate,
  CertificateArchive,
  IntentJournal,
  PolicyBook,
  SigningIntent,
  SigningLog,
} from './ports.ts';
import {
  type CertificateRequest,
  type Issued,
  type Refusal,
  refusal,
  type SignerSelection,
  type WaitReason,
} from './request.ts';
import type { SignerIdentity, SignerModule, SignFailure } from './signer-module.ts';
import { verifyP256Message } from './verify.ts';

/** What a server may be told about its policy. */
export interface SigningPolicy {
  readonly proof: ProofPolicy;
  /** Same chip and key, other definition or CA: refused unless allowed. */
  readonly allowOtherDefinition: boolean;
  /** A device certificate may outlive its signer's. */
  readonly allowOutlivingSigner: boolean;
  /** How long a request waits for a module's password before SIGNER_LOCKED, 0..60 000 ms. */
  readonly passwordWaitMs: number;
}

export const defaultPolicy: SigningPolicy = {
  proof: 'if-offered',
  allowOtherDefinition: false,
  allowOutlivingSigner: false,
  passwordWaitMs: 0,
};

export interface SigningServiceOptions {
  readonly pool: SignerPool;
  readonly archive: CertificateArchive;
  readonly log: SigningLog;
  readonly intents: IntentJournal;
  readonly policyBook: PolicyBook;
  readonly activity: Activity;
  readonly policy: SigningPolicy;
  readonly now: () => Date;
  /** Monotonic ms, to notice jumps of the clock. */
  readonly monotonic: () => number;
  readonly random: (length: number) => Uint8Array;
  /** Called between the steps of an issue, by name: tests stop the process there. */
  readonly step?: (name: IssueStep) => void;
}

export type IssueStep = 'checked' | 'intent' | 'signed' | 'verified' | 'archived' | 'logged' | 'cleared';

/** Answer to a validation request; definitions in their canonical layout. */
export interface SignerDescription {
  readonly rootPublicKey: Uint8Array;
  readonly rootCertificate: Uint8Array | undefined;
  readonly signerCertificate: Uint8Array;
  readonly deviceDefinition: Uint8Array | undefined;
  readonly signerDefinition: Uint8Array | undefined;
}

/** What the archive knows of a chip's key (LOOKUP, 7.10). */
export type KeyKnowledge = {
  readonly state: 'none' | 'same' | 'other' | 'several';
  readonly log: { readonly sequence: number; readonly rowHash: string } | undefined;
};

/**
 * The one place for policy, idempotence, choice of signer and order of effects (signer-and-server.md 7.2 to 7.5, 7.8):
 * policy → one at a time per serial number → TBS → intent (durable) → sign → verify → archive (durable) → log row (durable) →
 * intent cleared → reply.
 */
export class SigningService {
  readonly #options: SigningServiceOptions;
  readonly #perChip = new KeyedMutex();
  readonly #clock: ClockGuard;
  readonly #attempts: AttemptBook;

  constructor(options: SigningServiceOptions) {
    this.#options = options;
    this.#clock = new ClockGuard(options.now, options.monotonic, options.log);
    this.#attempts = new AttemptBook(options.intents, options.log, options.archive);
  }

  /** Accounts for what a crash left behind. To be awaited before the first request. */
  async start(): Promise<void> {
    for (const line of await this.#attempts.recover()) this.#options.activity.warning(line);
  }

  /** A supervisor confirmed the clock after a jump. */
  acceptClock(): void {
    this.#clock.accept();
  }

  /** Whether the archive knows this chip's key. */
  lookUp(configZone: Uint8Array, publicKey: Uint8Array): KeyKnowledge {
    const serialNumber = toHex(serialNumberOf(configZone));
    const known = this.#options.archive.bySerialNumber(serialNumber);
    const newest = known[known.length - 1];
    const log = newest === undefined ? undefined : this.#options.log.newestFor(serialNumber);
    if (newest === undefined) return { state: 'none', log };
    if (newest.publicKey === toHex(publicKey)) return { state: 'same', log };
    return { state: new Set(known.map((entry) => entry.publicKey)).size > 1 ? 'several' : 'other', log };
  }

  /** What a client needs to validate certificates of a signer: of the module that fits the selection or has this serial number. */
  describe(
    selection: SignerSelection | undefined,
    signerSerialNumber: Uint8Array | undefined,
  ): SignerDescription | undefined {
    for (const { identity } of this.#options.pool.modules()) {
      if (identity === undefined || identity.isRoot) continue;
      if (signerSerialNumber !== undefined && !equalBytes(identity.serialNumber, signerSerialNumber)) continue;
      if (selection !== undefined && matchSigner(identity, selection) !== 'fits') continue;
      const device = encodeDefinition(identity.deviceDefinition);
      const signer = encodeDefinition(identity.signerDefinition);
      return {
        rootPublicKey: identity.rootPublicKey,
        rootCertificate: identity.rootCertificate,
        signerCertificate: identity.certificate,
        deviceDefinition: device.ok ? device.value : undefined,
        signerDefinition: signer.ok ? signer.value : undefined,
      };
    }
    return undefined;
  }

  /**
   * One certificate for one chip. `waiting` is called while the request cannot be answered yet. Never throws: storage that fails
   * is the refusal STORAGE_FAILED. Every outcome stands in the signing log before it is returned (unless the log itself failed).
   */
  async issue(
    request: CertificateRequest,
    waiting: (reason: WaitReason) => void,
    signal?: AbortSignal,
  ): Promise<Result<Issued, Refusal>> {
    const started = this.#options.monotonic();
    const early = checkRequest(request, this.#options.policy.proof);
    if (early !== undefined) return this.#refused(request, early, started);
    const serialNumber = toHex(serialNumberOf(request.configZone));
    try {
      return await this.#perChip.run(serialNumber, () => {
        if (signal?.aborted === true)
          return Promise.resolve(fail(refusal('SHUTTING_DOWN', 'the request was given up')));
        return this.#issueAlone(request, serialNumber, waiting, started, signal);
      });
    } catch (thrown) {
      const error = asSignetError(thrown);
      this.#options.activity.error(`Request for ${serialNumber} failed: ${error.message}`);
      const code = error.code === 'STORAGE_FAILED' ? 'STORAGE_FAILED' : 'INTERNAL';
      return fail(refusal(code, code === 'STORAGE_FAILED' ? 'the records cannot be written' : 'an internal error'));
    }
  }

  async #issueAlone(
    request: CertificateRequest,
    serialNumber: string,
    waiting: (reason: WaitReason) => void,
    started: number,
    signal: AbortSignal | undefined,
  ): Promise<Result<Issued, Refusal>> {
    const { policyBook, policy, pool, log } = this.#options;
    const publicKey = toHex(request.publicKey);
    if (log.alarm !== '') return this.#refused(request, refusal('LOG_BROKEN', 'the signing log is broken'), started);
    const known = this.#options.archive.bySerialNumber(serialNumber);
    const again = known
      .filter((entry) => entry.publicKey === publicKey && fitsSelection(entry, request.selection))
      .pop();
    if (again !== undefined) return this.#reissue(request, again, started);

    let rework: { readonly id: string } | undefined;
    if (known.length > 0) {
      const sameKey = known.some((entry) => entry.publicKey === publicKey);
      if (sameKey && !policy.allowOtherDefinition) {
        return this.#refused(
          request,
          refusal('DUPLICATE_DEVICE_DEFINITION', 'this key already has a certificate of another kind'),
          started,
        );
      }
      if (!sameKey) {
        rework = policyBook.reworkFor(serialNumber);
        if (rework === undefined) {
          return this.#refused(
            request,
            refusal('DUPLICATE_DEVICE', 'this serial number already has a certificate for another key'),
            started,
          );
        }
      }
    }
    const { batch } = request.requester;
    if (!policyBook.batchOpen(batch))
      return this.#refused(request, refusal('BATCH_CLOSED', 'this batch is closed'), started);
    if (policyBook.remaining(batch) === 0)
      return this.#refused(request, refusal('QUOTA_EXCEEDED', 'the quota of this batch is used up'), started);
    const clock = this.#clock.check();
    if (clock !== undefined) return this.#refused(request, refusal('CLOCK_SUSPECT', clock), started);

    const pending = this.#attempts.reusable(serialNumber, publicKey);
    const chosen = await chooseSigner(pool, request.selection, {
      preferred: pending?.signerSerialNumber,
      passwordWaitMs: policy.passwordWaitMs,
      waiting,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!chosen.ok) {
      if (chosen.failure.reasons.length > 0) {
        this.#options.activity.warning(`No signer for ${serialNumber}: ${chosen.failure.reasons.join('; ')}`);
      }
      return this.#refused(request, chosen.failure.refusal, started);
    }
    const { module, identity, release } = chosen.value;
    try {
      return await this.#sign(request, serialNumber, module, identity, pending, rework, waiting, started);
    } finally {
      release();
    }
  }

  async #sign(
    request: CertificateRequest,
    serialNumber: string,
    module: SignerModule,
    identity: SignerIdentity,
    pending: SigningIntent | undefined,
    rework: { readonly id: string } | undefined,
    waiting: (reason: WaitReason) => void,
    started: number,
  ): Promise<Result<Issued, Refusal>> {
    const { archive, intents, policyBook, policy } = this.#options;
    const step = this.#options.step ?? (() => undefined);
    const signerSn = toHex(identity.serialNumber);
    const columns = signerColumns(identity);
    const keySlot = checkKeySlot(request.configZone, identity.deviceDefinition.privateKeySlot);
    if (keySlot !== undefined) return this.#refused(request, keySlot, started, columns);
    if (equalBytes(request.publicKey, identity.publicKey) || equalBytes(request.publicKey, identity.rootPublicKey)) {
      return this.#refused(
        request,
        refusal('PUBLIC_KEY_INVALID', "the public key is the signer's own"),
        started,
        columns,
      );
    }
    const now = this.#options.now();
    if (now < identity.notBefore || now > identity.notAfter) {
      return this.#refused(
        request,
        refusal('CLOCK_SUSPECT', "the clock is outside the signer's validity"),
        started,
        columns,
      );
    }
    const reuse = pending !== undefined && pending.signerSerialNumber === signerSn ? pending : undefined;
    const asked = reuse === undefined ? now : new Date(reuse.createdAt);
    const prepared = this.#prepare(request, identity, asked);
    if (!prepared.ok) return this.#refused(request, prepared.failure, started, columns);
    const certificate = prepared.value;
    if (reuse !== undefined && reuse.tbs !== toHex(certificate.tbs)) {
      return this.#refused(
        request,
        refusal('INTERNAL', 'the interrupted certificate cannot be built again'),
        started,
        columns,
      );
    }
    const outlives = unixSeconds(certificate.notAfter) > identity.notAfter.getTime() / 1000;
    if (outlives && !policy.allowOutlivingSigner) {
      return this.#refused(
        request,
        refusal('CLOCK_SUSPECT', "the certificate would outlive the signer's"),
        started,
        columns,
      );
    }
    const fits = request.sizeOfReply?.(certificate.unsigned.length + 3, identity.certificate.length) ?? true;
    if (!fits)
      return this.#refused(
        request,
        refusal('TOO_LARGE', 'the reply would be larger than the client can take'),
        started,
        columns,
      );
    step('checked');

    const id = reuse?.id ?? toHex(this.#options.random(16));
    const publicKey = toHex(request.publicKey);
    const row = { ...columns, ...requestColumns(request), ...certificateColumns(certificate) };
    const intent: SigningIntent = {
      id,
      serialNumber,
      publicKey,
      definitionDigest: toHex(identity.deviceDefinitionDigest),
      caPublicKey: toHex(identity.rootPublicKey),
      signerSerialNumber: signerSn,
      tbs: toHex(certificate.tbs),
      createdAt: reuse?.createdAt ?? asked.toISOString(),
      attempts: 1,
      row,
    };
    const first = await this.#attempts.open(intent, reuse);
    if (pending !== undefined && reuse === undefined) await this.#attempts.settle(pending, true);
    step('intent');
    waiting('signing');

    let attempts = first;
    const signed = await module.sign(certificate.tbs, async (attempt) => {
      if (attempt === 1) return;
      attempts = first + attempt - 1;
      await intents.attempt(id, attempts);
    });
    const failed = async (failure: SignFailure): Promise<Result<Issued, Refusal>> => {
      const answer = signRefusal(failure);
      await this.#attempts.failed({ ...intent, attempts }, answer);
      this.#options.activity.error(
        `Signer (${signerSn}, ${identity.name}) did not sign for ${serialNumber}: ${answer.message}`,
      );
      return fail(answer);
    };
    if (!signed.ok) return failed(signed.failure);
    step('signed');
    const signature = signed.value;
    if (!verifyP256Message(identity.publicKey, certificate.tbs, signature)) return failed({ kind: 'wrong-signature' });
    const finished = finishCertificate(certificate, signature);
    if (!finished.ok) throw new SignetError('INTERNAL', finished.failure.reason);
    step('verified');
    const entry: ArchivedCertificate = {
      serialNumber,
      publicKey,
      definitionDigest: intent.definitionDigest,
      caPublicKey: intent.caPublicKey,
      signerSerialNumber: signerSn,
      deviceCertificate: finished.value.certificate,
      signerCertificate: identity.certificate,
      compressedCertificate: finished.value.compressed,
      signerCompressedCertificate: identity.compressedCertificate,
      certificateSerial: toHex(certificate.serialNumber),
      notBefore: dateText(certificate.notBefore),
      notAfter: dateText(certificate.notAfter),
      issuedAt: now.toISOString(),
    };
    await archive.store(entry);
    step('archived');
    const reference = await this.#attempts.signed(
      { ...intent, attempts },
      entry,
      signature,
      String(Math.round(this.#options.monotonic() - started)),
    );
    step('logged');
    if (rework !== undefined) await policyBook.consumeRework(rework.id, entry.certificateSerial);
    await Promise.all([intents.clear(id), policyBook.count(request.requester.batch)]);
    step('cleared');
    return ok(this.#issued(entry, identity, reference, false));
  }

  #prepare(request: CertificateRequest, identity: SignerIdentity, asked: Date): Result<PreparedCertificate, Refusal> {
    const definition = identity.deviceDefinition;
    const build = (storedSerialNumber?: Uint8Array): Result<PreparedCertificate, Refusal> => {
      const prepared = prepareCertificate({
        definition,
        publicKey: request.publicKey,
        caPublicKey: identity.publicKey,
        asked: dateOf(asked),
        signerId: identity.signerId,
        signerNotBefore: dateOf(identity.notBefore),
        configZone: request.configZone,
        ...(storedSerialNumber === undefined ? {} : { storedSerialNumber }),
      });
      if (prepared.ok) return prepared;
      const code = prepared.failure.kind === 'invalid-date' ? 'CLOCK_SUSPECT' : 'DEFINITION_MISMATCH';
      return fail(refusal(code, prepared.failure.reason));
    };
    if (definition.snSource !== serialSource.STORED && definition.snSource !== serialSource.STORED_DYNAMIC)
      return build();
    // Stored serial numbers are random: 01 in the top bits makes them positive and of full length; unique by asking the archive.
    for (let attempt = 0; attempt < 16; attempt += 1) {
      const length = definition.snSource === serialSource.STORED ? definition.standardElements.serialNumber.count : 16;
      const serial = this.#options.random(length);
      serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
      if (!this.#options.archive.hasCertificateSerial(toHex(identity.rootPublicKey), toHex(serial)))
        return build(serial);
    }
    return fail(refusal('INTERNAL', 'no free serial number was found'));
  }

  async #reissue(
    request: CertificateRequest,
    entry: ArchivedCertificate,
    started: number,
  ): Promise<Result<Issued, Refusal>> {
    const now = this.#options.now().toISOString();
    if (entry.notAfter !== '' && now > entry.notAfter && !entry.notAfter.startsWith('9999')) {
      return this.#refused(request, refusal('CHAIN_EXPIRED', 'the archived certificate has expired'), started);
    }
    const identity =
      this.#options.pool
        .modules()
        .find(
          (module) => module.identity !== undefined && toHex(module.identity.serialNumber) === entry.signerSerialNumber,
        )?.identity ?? this.#options.pool.definitionsFor(entry.signerSerialNumber, entry.definitionDigest);
    if (identity === undefined) {
      return this.#refused(
        request,
        refusal('DEFINITION_UNKNOWN', 'the definition of the archived certificate is not at hand'),
        started,
      );
    }
    const reference = await this.#options.log.append({
      ...requestColumns(request),
      signer_sn: entry.signerSerialNumber,
      signer_name: identity.name,
      device_def_sha256: entry.definitionDigest,
      cert_serial: entry.certificateSerial,
      cert_not_before: entry.notBefore,
      cert_not_after: entry.notAfter,
      duration_ms: String(Math.round(this.#options.monotonic() - started)),
      result: 'REISSUED',
    });
    return ok(this.#issued(entry, identity, reference, true));
  }

  #issued(
    entry: ArchivedCertificate,
    identity: ReissueIdentity,
    log: { sequence: number; rowHash: string },
    reissued: boolean,
  ): Issued {
    const items = writeItems([
      { definition: identity.deviceDefinition, certificate: entry.deviceCertificate },
      { definition: identity.signerDefinition, certificate: entry.signerCertificate },
    ]);
    if (!items.ok) throw new SignetError('INTERNAL', items.failure.reason);
    return {
      signerSerialNumber: identity.serialNumber,
      signerName: identity.name,
      signerId: identity.signerId,
      deviceCertificate: entry.deviceCertificate,
      signerCertificate: entry.signerCertificate,
      compressedCertificate: entry.compressedCertificate,
      signerCompressedCertificate: entry.signerCompressedCertificate,
      signerPublicKey: identity.publicKey,
      privateKeySlot: identity.deviceDefinition.privateKeySlot,
      writes: items.value,
      certificateSerial: fromHex(entry.certificateSerial),
      reissued,
      log,
    };
  }

  /** A refusal has its row before it is answered; a log that cannot be written makes it STORAGE_FAILED. */
  async #refused(
    request: CertificateRequest,
    answer: Refusal,
    started: number,
    columns: Readonly<Record<string, string>> = {},
  ): Promise<Result<Issued, Refusal>> {
    try {
      await this.#options.log.append({
        ...columns,
        ...requestColumns(request),
        error_code: String(errorCodes[answer.code]),
        duration_ms: String(Math.round(this.#options.monotonic() - started)),
        note: answer.message,
        result: 'REFUSED',
      });
    } catch (thrown) {
      this.#options.activity.error(`The refusal ${answer.code} could not be logged: ${asSignetError(thrown).message}`);
    }
    return fail(answer);
  }
}

function fitsSelection(entry: ArchivedCertificate, selection: SignerSelection): boolean {
  const root = fromHex(entry.caPublicKey);
  if (selection.caPublicKey !== undefined && !equalBytes(root, selection.caPublicKey)) return false;
  if (selection.caKeyId !== undefined && !equalBytes(keyId(root), selection.caKeyId)) return false;
  if (
    selection.deviceDefinitionDigest !== undefined &&
    entry.definitionDigest !== toHex(selection.deviceDefinitionDigest)
  )
    return false;
  return true;
}

function dateOf(date: Date): CertificateDate {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

function requestColumns(request: CertificateRequest): Readonly<Record<string, string>> {
  const { requester } = request;
  const serialNumber = request.configZone.length >= 13 ? toHex(serialNumberOf(request.configZone)) : '';
  return {
    device_sn: serialNumber,
    device_public_key: toHex(request.publicKey),
    client_addr: requester.address,
    station: requester.station,
    station_auth: requester.stationAuth,
    operator: requester.operator,
    operator_auth: requester.operatorAuth,
    batch: requester.batch,
    unit_label: requester.unitLabel,
  };
}

function signerColumns(identity: SignerIdentity): Readonly<Record<string, string>> {
  return {
    signer_sn: toHex(identity.serialNumber),
    signer_name: identity.name,
    signer_id: toHex(identity.signerId),
    signer_kind: identity.kind,
    chain_id: String(identity.chainId),
    device_template_id: String(identity.deviceTemplateId),
    device_def_sha256: toHex(identity.deviceDefinitionDigest),
  };
}

function certificateColumns(certificate: PreparedCertificate): Readonly<Record<string, string>> {
  return {
    cert_serial: toHex(certificate.serialNumber),
    cert_not_before: dateText(certificate.notBefore),
    cert_not_after: dateText(certificate.notAfter),
    tbs_sha256: toHex(certificate.digest),
  };
}

function signRefusal(failure: SignFailure): Refusal {
  switch (failure.kind) {
    case 'locked':
      return refusal('SIGNER_LOCKED', 'the signer waits for its password');
    case 'removed':
      return refusal('SIGNER_REMOVED', 'the signer was removed');
    case 'foreign-issuer':
      return refusal('DEFINITION_MISMATCH', 'the signer refused to sign for another issuer');
    case 'refused':
      return refusal('SIGN_FAILED', 'the signer did not sign');
    case 'wrong-signature':
      return refusal('SIGNATURE_CHECK_FAILED', "the signer's signature does not verify");
    case 'kit-unsuitable':
      return refusal('SIGNER_KIT_UNSUITABLE', 'authorisation does not survive on this stick');
    case 'fault':
      return refusal('SIGNER_FAULT', 'the signer does not work');
  }
}
