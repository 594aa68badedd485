import type { Duplex } from 'node:stream';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { asSignetError } from '../../src-shared/base/error.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  authCode,
  NO_SESSION,
  proofOfPossessionDigest,
  proofOfPossessionMessage,
  sameCode,
} from '../../src-shared/wire/auth.ts';
import { decodeMessage, encodeBody, encodeMessage, errorReply } from '../../src-shared/wire/codec.ts';
import type { WireFault } from '../../src-shared/wire/fault.ts';
import { type Frame, FrameDecoder, MAX_BODY } from '../../src-shared/wire/frame.ts';
import {
  type Auth,
  type CertReply,
  type CertRequest,
  features,
  type Hello,
  type Message,
  replyFlags,
  rights,
  workingReasons,
} from '../../src-shared/wire/messages.ts';
import type { Issued, Refusal, Requester, WaitReason } from '../signing/request.ts';
import { refusal } from '../signing/request.ts';
import type { SigningService } from '../signing/signing-service.ts';
import type { ReportSink, ServerActivity, ServerLimits, StationKeys } from './ports.ts';

/** What a session knows of its client; shown on the clients' list. */
export interface SessionView {
  readonly address: string;
  readonly station: string;
  readonly auth: 'claimed' | 'authenticated';
  readonly since: Date;
  readonly requests: number;
}

export interface SessionOptions {
  readonly stream: Duplex;
  readonly address: string;
  /** Clients beyond this computer must identify themselves. */
  readonly authRequired: boolean;
  readonly service: SigningService;
  readonly reports: ReportSink;
  readonly stations: StationKeys;
  readonly activity: ServerActivity;
  readonly limits: ServerLimits;
  readonly serverName: string;
  readonly softwareVersion: string;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  /** Takes a place in the server's queue; undefined when it is full. */
  readonly enterQueue: () => (() => void) | undefined;
  /** Position in the queue, 1 = next. */
  readonly queueLength: () => number;
  readonly onClosed: (session: Session) => void;
  /** A line for the activity log about somebody who may be a stranger: not more than a few of them are kept. */
  readonly warnOfStranger: (address: string, text: string) => void;
}

const waitReasons: Readonly<Record<WaitReason, number>> = {
  queued: workingReasons.QUEUED,
  password: workingReasons.WAITS_FOR_PASSWORD,
  signer: workingReasons.WAITS_FOR_SIGNER,
  signing: workingReasons.SIGNING,
};

/**
 * One connection: frames in, SigningService, frames out (signer-and-server.md 7). Nothing that a client sends can hold the server:
 * memory is bounded by one frame, time by the limits of 7.5, and a bad body costs one error, the eighth the connection.
 */
export class Session {
  readonly #o: SessionOptions;
  readonly #decoder = new FrameDecoder();
  readonly #since: Date;
  readonly #gone = new AbortController();
  #sessionId = NO_SESSION;
  #nonce: Uint8Array | undefined;
  #station = '';
  #authenticated = false;
  #badBodies = 0;
  #requests = 0;
  #issuing = false;
  #draining = false;
  #timer: NodeJS.Timeout | undefined;
  /** A whole frame came: whoever is there speaks ATPR. */
  #anyFrame = false;
  #lastActivity: number;
  /** Nothing that comes is looked at any more: the connection is being ended. */
  #ending = false;

  constructor(options: SessionOptions) {
    this.#o = options;
    this.#since = options.now();
    this.#lastActivity = performance.now();
    const { stream } = options;
    stream.on('data', (chunk: Uint8Array) => this.#data(chunk));
    stream.on('error', () => this.close());
    stream.on('close', () => this.close());
    stream.on('end', () => this.#ended());
    this.#arm(options.limits.firstFrameMs);
  }

  get view(): SessionView {
    return {
      address: this.#o.address,
      station: this.#station,
      auth: this.#authenticated ? 'authenticated' : 'claimed',
      since: this.#since,
      requests: this.#requests,
    };
  }

  /** Whether a certificate request is being worked on. */
  get busy(): boolean {
    return this.#issuing;
  }

  /** Monotonic ms of the last frame: the longest idle one gives way when all places are taken. */
  get lastActivity(): number {
    return this.#lastActivity;
  }

  /** Whether nobody would miss it: not a single whole frame came. */
  get mute(): boolean {
    return !this.#anyFrame;
  }

  /** No further requests; closes as soon as nothing is in flight. */
  drain(): void {
    this.#draining = true;
    if (!this.#issuing) this.close();
  }

  close(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    clearTimeout(this.#timer);
    this.#o.stream.destroy();
    this.#o.onClosed(this);
  }

  #ended(): void {
    // The client closed its half: whatever is in flight still gets its answer and its records.
    if (!this.#issuing) this.close();
    else this.#draining = true;
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#ending) return this.close();
      if (this.#issuing) return this.#arm(this.#o.limits.idleMs);
      this.#send(errorReply('TIMEOUT', 'The connection was idle or too slow.'), 0);
      return this.#end();
    }, ms);
    this.#timer.unref();
  }

  /** Lets what was sent go out, then closes; a peer that does not take it is not waited for long. */
  #end(): void {
    if (this.#gone.signal.aborted || this.#ending) return;
    this.#ending = true;
    this.#arm(this.#o.limits.frameMs);
    this.#o.stream.end(() => this.close());
  }

  #send(message: Message, transaction: number): void {
    const { stream, limits } = this.#o;
    if (this.#gone.signal.aborted || stream.writableEnded) return;
    stream.write(encodeMessage(message, transaction));
    if (stream.writableLength > limits.unreadBytes) this.close();
  }

  #sendFault(fault: WireFault, transaction: number): void {
    this.#send(errorReply(fault.code, fault.message), transaction);
  }

  #sendRefusal(answer: Refusal, transaction: number): void {
    this.#send(
      errorReply(answer.code, answer.message, answer.retryable ? answer.retryAfterMs : undefined),
      transaction,
    );
  }

  #data(chunk: Uint8Array): void {
    if (this.#ending) return;
    const wasStarted = this.#decoder.started;
    const events = this.#decoder.push(chunk);
    for (const event of events) {
      if (this.#gone.signal.aborted || this.#ending) return;
      if (event.kind === 'broken') {
        this.#sendFault(event.fault, event.transaction);
        this.#end();
        return;
      }
      this.#lastActivity = performance.now();
      this.#anyFrame = true;
      this.#frame(event.frame);
    }
    if (this.#gone.signal.aborted || this.#ending) return;
    const { idleMs, frameMs } = this.#o.limits;
    if (!this.#decoder.started) {
      if (events.length > 0) this.#arm(idleMs);
    } else if (!wasStarted || events.length > 0) {
      // Only the beginning of a frame starts its time: a peer that drips bytes does not get more.
      this.#arm(frameMs);
    }
  }

  #frame(frame: Frame): void {
    const decoded = decodeMessage(frame);
    if (!decoded.ok) {
      this.#badBodies += 1;
      this.#sendFault(decoded.failure, frame.transaction);
      if (this.#badBodies >= this.#o.limits.badBodies) this.#end();
      return;
    }
    void this.#message(decoded.value, frame.transaction).catch((thrown: unknown) => {
      this.#o.activity.warning(`Client ${this.#o.address}: ${asSignetError(thrown).message}`);
      const storage = asSignetError(thrown).code === 'STORAGE_FAILED';
      this.#sendRefusal(
        refusal(
          storage ? 'STORAGE_FAILED' : 'INTERNAL',
          storage ? 'the records cannot be written' : 'an internal error',
        ),
        frame.transaction,
      );
    });
  }

  async #message(message: Message, transaction: number): Promise<void> {
    switch (message.name) {
      case 'HELLO':
        return this.#hello(message, transaction);
      case 'PING':
        return this.#send({ name: 'PONG' }, transaction);
      case 'AUTH':
        return this.#auth(message, transaction);
      default:
    }
    if (this.#mustProve && !this.#authenticated) {
      return this.#sendRefusal(refusal('AUTH_REQUIRED', 'this station must identify itself first'), transaction);
    }
    switch (message.name) {
      case 'CERT_REQUEST':
        return this.#issue(message, transaction);
      case 'LOOKUP': {
        const known = this.#o.service.lookUp(message.configZone, message.publicKey);
        const state = known.state === 'same' ? 'same-key' : known.state === 'other' ? 'other-key' : known.state;
        return this.#send(
          { name: 'LOOKUP_OK', state, ...(known.log === undefined ? {} : { logReference: wireReference(known.log) }) },
          transaction,
        );
      }
      case 'VALIDATION_REQUEST': {
        const identity = this.#o.service.describe(
          message.selection === undefined ? undefined : selectionOf(message.selection),
          message.signerSerialNumber,
        );
        if (identity === undefined) return this.#sendRefusal(this.#o.service.noSigner(), transaction);
        return this.#send({ name: 'VALIDATION_REPLY', ...identity }, transaction);
      }
      case 'RESULT_REPORT':
        await this.#o.reports.take(message, { name: this.#station, authenticated: this.#authenticated });
        return this.#send({ name: 'RESULT_OK', runId: message.runId }, transaction);
      default:
        return this.#sendFault({ code: 'UNKNOWN_TYPE', message: `${message.name} is not a request.` }, transaction);
    }
  }

  /** A name that has a key belongs to whoever has the key, also on this computer; what came in memory is this station itself. */
  get #mustProve(): boolean {
    const { address, authRequired, stations } = this.#o;
    return authRequired || (address !== 'local' && this.#station !== '' && stations.keyOf(this.#station) !== undefined);
  }

  #hello(message: Hello, transaction: number): void {
    this.#sessionId = this.#o.random(16);
    this.#nonce = this.#o.random(32);
    if (!this.#authenticated) this.#station = message.station ?? '';
    this.#send(
      {
        name: 'HELLO_OK',
        serverName: this.#o.serverName,
        softwareVersion: this.#o.softwareVersion,
        timeMs: this.#o.now().getTime(),
        sessionId: this.#sessionId,
        maxBody: MAX_BODY,
        features:
          features.LOOKUP | features.RESULT_REPORT | features.WORKING | (this.#mustProve ? features.AUTH_REQUIRED : 0),
        nonce: this.#nonce,
      },
      transaction,
    );
  }

  async #auth(message: Auth, transaction: number): Promise<void> {
    const nonce = this.#nonce;
    // A nonce serves once: a second try needs another HELLO.
    this.#nonce = undefined;
    const key = this.#o.stations.keyOf(message.station);
    let accepted = false;
    if (nonce !== undefined && key !== undefined) {
      const secret = new Secret(Uint8Array.from(key));
      accepted = sameCode(authCode(secret, nonce, this.#sessionId, message.station), message.code);
      secret.wipe();
    }
    if (accepted) {
      this.#station = message.station;
      this.#authenticated = true;
      const all = rights.CERT_REQUEST | rights.VALIDATION_REQUEST | rights.RESULT_REPORT | rights.LOOKUP;
      return this.#send({ name: 'AUTH_OK', rights: all }, transaction);
    }
    // One try for each connection: whatever else was sent along is not looked at.
    this.#ending = true;
    this.#o.warnOfStranger(
      this.#o.address,
      `Client ${this.#o.address}: the station key of "${message.station}" was not accepted.`,
    );
    await new Promise((resolve) => setTimeout(resolve, this.#o.limits.authDelayMs));
    this.#sendRefusal(refusal('AUTH_FAILED', 'the station key is not accepted'), transaction);
    this.#ending = false;
    this.#end();
  }

  async #issue(message: CertRequest, transaction: number): Promise<void> {
    if (this.#draining) return this.#sendRefusal(refusal('SHUTTING_DOWN', 'the server is shutting down'), transaction);
    if (this.#issuing) return this.#sendRefusal(refusal('BUSY', 'one request at a time on a connection'), transaction);
    const leave = this.#o.enterQueue();
    if (leave === undefined) return this.#sendRefusal(refusal('BUSY', 'too many requests are waiting'), transaction);
    this.#issuing = true;
    this.#requests += 1;
    let reason: WaitReason = 'queued';
    const tell = (): void =>
      this.#send(
        { name: 'WORKING', queuePosition: Math.min(this.#o.queueLength(), 0xffff), reason: waitReasons[reason] },
        transaction,
      );
    tell();
    const repeat = setInterval(tell, this.#o.limits.workingMs);
    try {
      const answer = await this.#o.service.issue(
        this.#requestOf(message),
        (next) => {
          if (next === reason) return;
          reason = next;
          // Signing follows at once and takes no time worth a frame; a wait for people does.
          if (next !== 'signing') tell();
        },
        // A client that is gone does not keep its place: it asks again when it is back.
        this.#gone.signal,
      );
      if (answer.ok) this.#send(replyOf(answer.value), transaction);
      else this.#sendRefusal(answer.failure, transaction);
    } finally {
      clearInterval(repeat);
      leave();
      this.#issuing = false;
      this.#lastActivity = performance.now();
      if (this.#draining) this.#end();
    }
  }

  #requestOf(message: CertRequest): Parameters<SigningService['issue']>[0] {
    const requester: Requester = {
      address: this.#o.address,
      station: this.#station,
      stationAuth: this.#authenticated ? 'authenticated' : 'claimed',
      operator: message.operator ?? '',
      operatorAuth: 'claimed',
      batch: message.batch ?? '',
      unitLabel: message.unitLabel ?? '',
    };
    const limit = message.maxReplyBody ?? 0xffff;
    return {
      configZone: message.configZone,
      publicKey: message.publicKey,
      selection: selectionOf(message.selection),
      requester,
      sizeOfReply: (device, signer) => sizeOfReply(device, signer) <= limit,
      ...(message.proofOfPossession === undefined
        ? {}
        : {
            proof: {
              digest: proofOfPossessionDigest(this.#sessionId, message.configZone, message.publicKey),
              message: proofOfPossessionMessage(this.#sessionId, message.configZone, message.publicKey),
              signature: message.proofOfPossession,
            },
          }),
    };
  }
}

function selectionOf(selection: CertRequest['selection']): Parameters<SigningService['issue']>[0]['selection'] {
  return {
    chainId: selection.chainId,
    deviceTemplateId: selection.deviceTemplateId,
    signerTemplateId: selection.signerTemplateId,
    ...(selection.signerCaPublicKey === undefined ? {} : { caPublicKey: selection.signerCaPublicKey }),
    ...(selection.signerCaKeyId === undefined ? {} : { caKeyId: selection.signerCaKeyId }),
    ...(selection.deviceDefinitionDigest === undefined
      ? {}
      : { deviceDefinitionDigest: selection.deviceDefinitionDigest }),
    ...(selection.signerSerialNumber === undefined ? {} : { signerSerialNumber: selection.signerSerialNumber }),
  };
}

function wireReference(log: { readonly sequence: number; readonly rowHash: string }): CertReply['logReference'] {
  return { sequence: log.sequence, rowHash: fromHex(log.rowHash) };
}

function replyOf(issued: Issued): CertReply {
  return {
    name: 'CERT_REPLY',
    signerSerialNumber: issued.signerSerialNumber,
    signerName: issued.signerName,
    signerId: issued.signerId,
    deviceCertificate: issued.deviceCertificate,
    signerCertificate: issued.signerCertificate,
    deviceCompressed: issued.compressedCertificate,
    signerCompressed: issued.signerCompressedCertificate,
    signerPublicKey: issued.signerPublicKey,
    writeItems: issued.writes.map(({ zone, slot, offset, bytes }) => ({ zone, slot, offset, data: bytes })),
    privateKeySlot: issued.privateKeySlot,
    flags: issued.reissued ? replyFlags.REISSUED : 0,
    certificateSerial: issued.certificateSerial,
    logReference: wireReference(issued.log),
  };
}

/** Length of a reply body with certificates of these lengths and nine write items; known before anything is signed. */
function sizeOfReply(deviceCertificateLength: number, signerCertificateLength: number): number {
  const bytes = (length: number): Uint8Array => new Uint8Array(length);
  return encodeBody({
    name: 'CERT_REPLY',
    signerSerialNumber: bytes(9),
    signerName: 'x'.repeat(48),
    signerId: bytes(2),
    deviceCertificate: bytes(deviceCertificateLength),
    signerCertificate: bytes(signerCertificateLength),
    deviceCompressed: bytes(72),
    signerCompressed: bytes(72),
    signerPublicKey: bytes(64),
    writeItems: Array.from({ length: 9 }, () => ({ zone: 2, slot: 0, offset: 0, data: bytes(32) })),
    privateKeySlot: 0,
    flags: 0,
    certificateSerial: bytes(20),
    logReference: { sequence: 0, rowHash: bytes(32) },
  }).length;
}
