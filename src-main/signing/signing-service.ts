import { serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { equalBytes, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  dateText,
  encodeDefinition,
  finishCertificate,
  unixSeconds,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { inEnglish, reasonWords } from '../../src-shared/model/reasons.ts';
import { AttemptBook } from './attempts.ts';
import { checkKeySlot, checkRequest, matchSigner, type ProofPolicy } from './checks.ts';
import { type ClockDoubt, ClockGuard } from './clock-guard.ts';
import { chainExpired, fitsSelection, prepareIssue } from './issue-prepare.ts';
import { certificateColumns, requestColumns, signerColumns, signRefusal } from './issue-rows.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { type ChosenSigner, chooseSigner, noSigner, type ReissueIdentity, type SignerPool } from './pool.ts';
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
import type { SignFailure } from './signer-module.ts';
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
  /** Awaited between the steps of an issue, by name: tests stop the process there. */
  readonly step?: (name: IssueStep) => void | Promise<void>;
}

export type IssueStep = 'checked' | 'intent' | 'signed' | 'verified' | 'archived' | 'logged' | 'cleared';

/** A request on its way to a new certificate. */
interface Work {
  readonly request: CertificateRequest;
  /** 18 hex digits */
  readonly serialNumber: string;
  /** Certificates of this chip. */
  readonly known: readonly ArchivedCertificate[];
  readonly rework: { readonly id: string } | undefined;
  readonly waiting: (reason: WaitReason) => void;
  readonly started: number;
  readonly signal: AbortSignal | undefined;
}

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
  /** Certificates in the making, by batch: a quota must not be overrun by requests that come at once. */
  readonly #inBatch = new Map<string, number>();

  constructor(options: SigningServiceOptions) {
    this.#options = options;
    this.#clock = new ClockGuard(options.now, options.monotonic, options.log);
    this.#attempts = new AttemptBook(options);
  }

  /** Accounts for what a crash left behind. To be awaited before the first request. */
  async start(): Promise<void> {
    for (const line of await this.#attempts.recover()) this.#options.activity.warning(line);
  }

  /** A supervisor confirmed the clock, after a jump or against earlier rows. */
  acceptClock(): Promise<void> {
    return this.#clock.accept();
  }

  /** Why nothing would be certified because of the clock; undefined when it is trusted. */
  get clockDoubt(): ClockDoubt | undefined {
    return this.#clock.check();
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

  /** The answer when there is nobody to describe. */
  noSigner(): Refusal {
    return noSigner(this.#options.pool.modules());
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
    const { policyBook, policy, log } = this.#options;
    const publicKey = toHex(request.publicKey);
    if (log.alarm !== '') return this.#refused(request, refusal('LOG_BROKEN', 'the signing log is broken'), started);
    for (const line of await this.#attempts.settle(serialNumber)) this.#options.activity.warning(line);
    const known = this.#options.archive.bySerialNumber(serialNumber);
    const again = known.findLast((entry) => entry.publicKey === publicKey && fitsSelection(entry, request.selection));
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
    const remaining = policyBook.remaining(batch);
    const inMaking = this.#inBatch.get(batch) ?? 0;
    if (remaining !== undefined && remaining <= inMaking)
      return this.#refused(request, refusal('QUOTA_EXCEEDED', 'the quota of this batch is used up'), started);
    const clock = this.#clock.check();
    if (clock !== undefined) return this.#refused(request, refusal('CLOCK_SUSPECT', reasonWords(clock, 'en')), started);

    this.#inBatch.set(batch, inMaking + 1);
    try {
      return await this.#issueNew({ request, serialNumber, known, rework, waiting, started, signal });
    } finally {
      const left = (this.#inBatch.get(batch) ?? 1) - 1;
      if (left > 0) this.#inBatch.set(batch, left);
      else this.#inBatch.delete(batch);
    }
  }

  async #issueNew(work: Work): Promise<Result<Issued, Refusal>> {
    const { request, serialNumber, waiting, started, signal } = work;
    const pending = this.#attempts.reusable({ serialNumber, publicKey: toHex(request.publicKey) });
    const chosen = await chooseSigner(this.#options.pool, request.selection, {
      preferred: pending?.signerSerialNumber,
      passwordWaitMs: this.#options.policy.passwordWaitMs,
      waiting,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!chosen.ok) {
      if (chosen.failure.reasons.length > 0) {
        this.#options.activity.warning(`No signer for ${serialNumber}: ${chosen.failure.reasons.join('; ')}`);
      }
      return this.#refused(request, chosen.failure.refusal, started);
    }
    try {
      return await this.#sign(work, chosen.value, pending);
    } finally {
      chosen.value.release();
    }
  }

  async #sign(
    work: Work,
    { module, identity }: ChosenSigner,
    pending: SigningIntent | undefined,
  ): Promise<Result<Issued, Refusal>> {
    const { request, serialNumber, started } = work;
    const { archive, policy, random } = this.#options;
    const step = async (name: IssueStep): Promise<void> => this.#options.step?.(name);
    const signerSn = toHex(identity.serialNumber);
    const columns = signerColumns(identity);
    const refuse = (answer: Refusal): Promise<Result<Issued, Refusal>> =>
      this.#refused(request, answer, started, columns);
    const keySlot = checkKeySlot(request.configZone, identity.deviceDefinition.privateKeySlot);
    if (keySlot !== undefined) return refuse(keySlot);
    if (equalBytes(request.publicKey, identity.publicKey) || equalBytes(request.publicKey, identity.rootPublicKey)) {
      return refuse(refusal('PUBLIC_KEY_INVALID', "the public key is the signer's own"));
    }
    const now = this.#options.now();
    if (now < identity.notBefore || now > identity.notAfter) {
      return refuse(refusal('CLOCK_SUSPECT', "the clock is outside the signer's validity"));
    }
    const reworkId = work.rework?.id ?? '';
    const definitionDigest = toHex(identity.deviceDefinitionDigest);
    let reuse =
      pending?.signerSerialNumber === signerSn &&
      pending.definitionDigest === definitionDigest &&
      pending.reworkId === reworkId
        ? pending
        : undefined;
    const prepare = (): ReturnType<typeof prepareIssue> =>
      prepareIssue(request, {
        identity,
        asked: reuse === undefined ? now : new Date(reuse.createdAt),
        reuse,
        archive,
        known: work.known,
        random,
      });
    let prepared = prepare();
    if (reuse !== undefined && (!prepared.ok || toHex(prepared.value.tbs) !== reuse.tbs)) {
      this.#options.activity.warning(
        `The interrupted certificate of ${serialNumber} cannot be made again; a new one is.`,
      );
      reuse = undefined;
      prepared = prepare();
    }
    if (!prepared.ok) return refuse(prepared.failure);
    const certificate = prepared.value;
    const outlives = unixSeconds(certificate.notAfter) > identity.notAfter.getTime() / 1000;
    if (outlives && !policy.allowOutlivingSigner) {
      return refuse(refusal('CLOCK_SUSPECT', "the certificate would outlive the signer's"));
    }
    // The signature's length is not known yet: two integers of 33 bytes at most.
    const fits = request.sizeOfReply?.(certificate.unsigned.length + 3, identity.certificate.length) ?? true;
    if (!fits) return refuse(refusal('TOO_LARGE', 'the reply would be larger than the client can take'));
    await step('checked');

    let intent = await this.#attempts.open(
      {
        id: toHex(random(16)),
        serialNumber,
        publicKey: toHex(request.publicKey),
        definitionDigest,
        caPublicKey: toHex(identity.rootPublicKey),
        signerSerialNumber: signerSn,
        tbs: toHex(certificate.tbs),
        createdAt: reuse?.createdAt ?? now.toISOString(),
        attempts: 1,
        reworkId,
        row: { ...columns, ...requestColumns(request), ...certificateColumns(certificate) },
      },
      reuse,
    );
    await step('intent');
    work.waiting('signing');
    const signed = await module.sign(certificate.tbs, async (attempt) => {
      if (attempt > 1) intent = await this.#attempts.further(intent);
    });
    const failed = async (failure: SignFailure): Promise<Result<Issued, Refusal>> => {
      const answer = signRefusal(failure, module.state);
      await this.#attempts.failed(intent, answer.code);
      const reason = failure.kind === 'fault' ? `${answer.message}: ${inEnglish(failure.reason)}` : answer.message;
      this.#options.activity.error(
        `Signer (${signerSn}, ${identity.name}) did not sign for ${serialNumber}: ${reason}`,
      );
      return fail(answer);
    };
    if (!signed.ok) return failed(signed.failure);
    await step('signed');
    const signature = signed.value;
    if (!verifyP256Message(identity.publicKey, certificate.tbs, signature)) return failed({ kind: 'wrong-signature' });
    const finished = finishCertificate(certificate, signature);
    if (!finished.ok) throw new SignetError('INTERNAL', finished.failure.reason);
    await step('verified');
    const entry: ArchivedCertificate = {
      serialNumber,
      publicKey: intent.publicKey,
      definitionDigest,
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
    await step('archived');
    const reference = await this.#attempts.signed(intent, entry, this.#duration(started));
    await step('logged');
    await this.#attempts.close(intent, entry.certificateSerial);
    await step('cleared');
    return ok(this.#issued(entry, identity, reference, false));
  }

  async #reissue(
    request: CertificateRequest,
    entry: ArchivedCertificate,
    started: number,
  ): Promise<Result<Issued, Refusal>> {
    if (chainExpired(entry, this.#options.now())) {
      return this.#refused(request, refusal('CHAIN_EXPIRED', 'the archived certificate has expired'), started);
    }
    const present = this.#options.pool
      .modules()
      .find(
        ({ identity }) =>
          identity !== undefined &&
          toHex(identity.serialNumber) === entry.signerSerialNumber &&
          toHex(identity.deviceDefinitionDigest) === entry.definitionDigest,
      )?.identity;
    const identity = present ?? this.#options.pool.definitionsFor(entry.signerSerialNumber, entry.definitionDigest);
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
      signer_id: toHex(identity.signerId),
      device_def_sha256: entry.definitionDigest,
      cert_serial: entry.certificateSerial,
      cert_not_before: entry.notBefore,
      cert_not_after: entry.notAfter,
      duration_ms: this.#duration(started),
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

  #duration(started: number): string {
    return String(Math.round(this.#options.monotonic() - started));
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
        duration_ms: this.#duration(started),
        note: answer.message,
        result: 'REFUSED',
      });
    } catch (thrown) {
      this.#options.activity.error(`The refusal ${answer.code} could not be logged: ${asSignetError(thrown).message}`);
    }
    return fail(answer);
  }
}
