import { equalBytes } from '../../src-shared/base/bytes.ts';
import { type ErrorName, errorName } from '../../src-shared/base/error-codes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { inEnglish, type Reason, reason } from '../../src-shared/model/reasons.ts';
import { authCode, NO_SESSION } from '../../src-shared/wire/auth.ts';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { FrameDecoder, HEADER_SIZE } from '../../src-shared/wire/frame.ts';
import {
  type CertReply,
  type CertRequest,
  features,
  type HelloOk,
  type Lookup,
  type LookupOk,
  type Message,
  messageTypes,
  type ResultReport,
  type Selection,
  type ValidationReply,
  type Working,
} from '../../src-shared/wire/messages.ts';
import type { ChannelFailure, RequestChannel } from './ports.ts';

/** Why a server gave no answer that the run can use. */
export type RequestFailure =
  /** The connection failed; `code` is SERVER_UNREACHABLE, SERVER_LOST or SERVER_SILENT. */
  | { readonly kind: 'channel'; readonly code: ErrorName; readonly message: string; readonly why?: Reason }
  /** The server answered with an error (atcaprov_request_error). */
  | {
      readonly kind: 'error';
      readonly number: number;
      readonly code: ErrorName | undefined;
      readonly message: string;
      readonly retryable: boolean;
      readonly retryAfterMs: number;
    }
  /** What came is no ATPR, or no answer to this question. */
  | { readonly kind: 'garbage'; readonly code: ErrorName; readonly message: string; readonly why?: Reason };

export interface StationIdentity {
  readonly station: string;
  readonly site: string;
  readonly software: string;
  /** For servers that want AUTH. */
  readonly key?: Secret;
}

/** A server that says nothing for this long is given up (signer-and-server.md 7.5). */
export const silenceMs = 15_000;

/** WORKING frames that one question may get: one every 5 s for an hour. */
const mostInterim = 720;

/**
 * The client half of ATPR over any RequestChannel: one question, one answer, interim WORKING frames passed on. Knows no sockets
 * and no timers; the channel supplies both.
 */
export class RequestClient {
  readonly #channel: RequestChannel;
  readonly #identity: StationIdentity;
  readonly #onWorking: (working: Working) => void;
  #transaction = 0;
  #hello: HelloOk | undefined;

  constructor(
    channel: RequestChannel,
    identity: StationIdentity,
    onWorking: (working: Working) => void = () => undefined,
  ) {
    this.#channel = channel;
    this.#identity = identity;
    this.#onWorking = onWorking;
  }

  /** Session id of HELLO_OK, or 16 zero bytes: part of the proof of possession. */
  get sessionId(): Uint8Array {
    return this.#hello?.sessionId ?? NO_SESSION;
  }

  /** Opens the channel, says HELLO and, where the server wants it, identifies the station. */
  async open(): Promise<Result<HelloOk, RequestFailure>> {
    const started = await this.#channel.start();
    if (!started.ok) return fail(channelFailure(started.failure));
    const hello = await this.#ask(
      {
        name: 'HELLO',
        clientName: 'signet',
        softwareVersion: this.#identity.software,
        station: this.#identity.station,
        site: this.#identity.site,
      },
      'HELLO_OK',
    );
    if (!hello.ok) return hello;
    this.#hello = hello.value;
    if ((hello.value.features & features.AUTH_REQUIRED) === 0) return hello;
    const { key, station } = this.#identity;
    if (key === undefined) {
      return fail({
        kind: 'error',
        number: 51,
        code: 'AUTH_REQUIRED',
        message: 'the server wants a station key',
        retryable: false,
        retryAfterMs: 0,
      });
    }
    const auth = await this.#ask(
      { name: 'AUTH', station, code: authCode(key, hello.value.nonce, hello.value.sessionId, station) },
      'AUTH_OK',
    );
    return auth.ok ? hello : auth;
  }

  lookUp(question: Omit<Lookup, 'name'>): Promise<Result<LookupOk, RequestFailure>> {
    return this.#ask({ name: 'LOOKUP', ...question }, 'LOOKUP_OK');
  }

  /** Root, signer certificate and definitions of the signer that a selection names. */
  validationData(selection: Selection): Promise<Result<ValidationReply, RequestFailure>> {
    return this.#ask({ name: 'VALIDATION_REQUEST', selection }, 'VALIDATION_REPLY');
  }

  requestCertificates(request: Omit<CertRequest, 'name'>): Promise<Result<CertReply, RequestFailure>> {
    return this.#ask({ name: 'CERT_REQUEST', ...request }, 'CERT_REPLY');
  }

  /** Hands over a run report; done when the server says it has it. */
  async report(report: Omit<ResultReport, 'name'>): Promise<Result<undefined, RequestFailure>> {
    const answer = await this.#ask({ name: 'RESULT_REPORT', ...report }, 'RESULT_OK');
    if (!answer.ok) return answer;
    if (!equalBytes(answer.value.runId, report.runId)) return fail(garbage('the server acknowledged another run'));
    return ok(undefined);
  }

  /** The run needs the server no more. */
  async done(): Promise<void> {
    await this.#channel.done();
    this.#hello = undefined;
  }

  async #ask<N extends Message['name']>(
    message: Message,
    wanted: N,
  ): Promise<Result<Extract<Message, { readonly name: N }>, RequestFailure>> {
    this.#transaction += 1;
    const transaction = this.#transaction;
    const sent = await this.#channel.send(encodeMessage(message, transaction));
    if (!sent.ok) return fail(channelFailure(sent.failure));
    const decoder = new FrameDecoder();
    let lastFrame = performance.now();
    let interim = 0;
    for (;;) {
      // A server that drips bytes gets no more time than one that is silent.
      const left = Math.max(1, silenceMs - (performance.now() - lastFrame));
      const bytes = await this.#channel.receive(decoder.started ? decoder.missing : HEADER_SIZE, left);
      if (!bytes.ok) {
        const { failure } = bytes;
        return fail(channelFailure(failure.kind === 'silent' ? { kind: 'silent', waitedMs: silenceMs } : failure));
      }
      for (const event of decoder.push(bytes.value)) {
        if (event.kind === 'broken') {
          const code = event.fault.code === 'VERSION' ? 'SERVER_VERSION' : 'SERVER_GARBAGE';
          return fail({ kind: 'garbage', code, message: unstopped(event.fault.message) });
        }
        const decoded = decodeMessage(event.frame);
        if (!decoded.ok)
          return fail(garbage(`the server's answer cannot be read: ${unstopped(decoded.failure.message)}`));
        lastFrame = performance.now();
        const answer = decoded.value;
        // An answer to an earlier question that was given up is not an answer to this one; an error that concerns no question is.
        const { transaction: answered } = event.frame;
        if (answered !== transaction && !(answer.name === 'ERROR' && answered === 0)) continue;
        if (answer.name === 'ERROR') {
          const code = errorName(answer.code);
          if (code === 'VERSION')
            return fail({ kind: 'garbage', code: 'SERVER_VERSION', message: unstopped(answer.message) });
          return fail({
            kind: 'error',
            number: answer.code,
            code,
            message: unstopped(answer.message),
            retryable: answer.retryable,
            retryAfterMs: answer.retryAfterMs ?? 0,
          });
        }
        if (answer.name === 'WORKING') {
          interim += 1;
          if (interim > mostInterim) return fail(garbage('the server does nothing but say that it is working'));
          this.#onWorking(answer);
          continue;
        }
        if (event.frame.type !== messageTypes[wanted] || answer.name !== wanted) {
          return fail(garbage(`the server answered ${answer.name} instead of ${wanted}`));
        }
        return ok(answer as Extract<Message, { readonly name: N }>);
      }
    }
  }
}

/** The messages of failures end where somebody else's sentence goes on. */
function unstopped(text: string): string {
  return text.replace(/\.$/, '');
}

function garbage(message: string): RequestFailure {
  return { kind: 'garbage', code: 'SERVER_GARBAGE', message };
}

function channelFailure(failure: ChannelFailure): RequestFailure {
  switch (failure.kind) {
    case 'unreachable':
      return { kind: 'channel', code: 'SERVER_UNREACHABLE', message: failure.reason };
    case 'closed':
      return { kind: 'channel', code: 'SERVER_LOST', message: failure.reason };
    case 'silent': {
      const why = reason('run-server-silent', { seconds: Math.round(failure.waitedMs / 1000) });
      return { kind: 'channel', code: 'SERVER_SILENT', message: inEnglish(why), why };
    }
  }
}
