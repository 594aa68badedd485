import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { LineSplitter } from '../../src-shared/kit/line-splitter.ts';
import { type KitReply, parseReply, printable } from '../../src-shared/kit/reply.ts';
import { lineBytes } from '../../src-shared/kit/requests.ts';
import type { ByteChannel, ChannelReceiver } from './byte-channel.ts';
import type { TransportFailure } from './transport.ts';

/** One line on its way: `stray` lines answer nothing that was asked. `atMs` counts from the process start. */
export interface KitTraceEvent {
  readonly direction: 'out' | 'in' | 'stray';
  /** Without its newline; packets and answers that are confidential show their length only. */
  readonly line: string;
  readonly atMs: number;
}

/** Sees every line that passes; must not throw and must be quick. */
export type KitTrace = (event: KitTraceEvent) => void;

/** What may go wrong with one line and its answer. */
export type LinkFailure = Extract<TransportFailure, { readonly kind: 'closed' | 'timeout' | 'garbage' }>;

/** A reply together with the line that it came in. */
export interface LinkReply {
  readonly reply: KitReply;
  readonly line: string;
}

/** How one line is sent and its answer awaited. */
export interface ExchangeOptions {
  /** Deadline in ms; when it is missed the channel is closed: an answer that comes late would be taken for another's. */
  readonly timeoutMs: number;
  /** The packet and its answer must not appear in a trace. */
  readonly confidential?: boolean;
  /** When given, only this very line is the answer and everything else is passed over. */
  readonly expected?: string;
  /** May be sent while one other exchange is under way: its answer is the one after that one's. */
  readonly ahead?: boolean;
  /** Any line that is no reply (other than our own echoed) ends the exchange at once: for the first question to a stranger. */
  readonly strict?: boolean;
}

/** Why question and answer may be out of step. */
export interface OutOfStep {
  readonly line: string;
  /** The line is a reply that nobody had asked for: what was answered before it may belong to an earlier question. */
  readonly unsolicited: boolean;
}

interface Pending {
  readonly sent: string;
  readonly options: ExchangeOptions;
  readonly settle: (result: Result<LinkReply, LinkFailure>) => void;
  readonly timer: NodeJS.Timeout;
  /** The last line that was no reply. */
  skipped: string | undefined;
}

/**
 * One request line, one reply line, over any channel. The Kit Protocol has no sequence numbers, so this class is strict
 * about which line answers which: what came before the request is forgotten, banners and echoes are passed over, a
 * damaged reply ends the exchange at once, and a reply that nobody asked for puts the link out of step until the
 * transport has brought it back (`inStep`).
 */
export class LineLink {
  readonly #channel: ByteChannel;
  readonly #trace: KitTrace | undefined;
  readonly #splitter = new LineSplitter();
  readonly #receiver: ChannelReceiver = {
    data: (bytes) => this.#receive(bytes),
    closed: (reason) => this.#lost(reason),
  };
  /** Exchanges under way, in the order in which they were sent: one, or two when the second was sent ahead. */
  readonly #pending: Pending[] = [];
  /** Answers that nobody waits for any more: those of exchanges sent ahead of one that failed. */
  #abandoned = 0;
  #closedReason: string | undefined;
  #outOfStep: OutOfStep | undefined;
  #onLost: ((reason: string) => void) | undefined;
  #lastByteMs = 0;

  constructor(channel: ByteChannel, trace?: KitTrace) {
    this.#channel = channel;
    this.#trace = trace;
    channel.setReceiver(this.#receiver);
  }

  get closed(): boolean {
    return this.#closedReason !== undefined;
  }

  /** Why request and answer may be out of step; undefined while they are in step. */
  get outOfStep(): OutOfStep | undefined {
    return this.#outOfStep;
  }

  /** The transport has seen the answer to a question that has only one. */
  inStep(): void {
    this.#outOfStep = undefined;
    this.#abandoned = 0;
  }

  /** An answer was possible but strange: the next exchange has to find out whether it belonged to its question. */
  doubt(line: string): void {
    this.#outOfStep ??= { line: printable(line), unsolicited: false };
  }

  /** Called once when the link is lost without the transport having closed it. */
  onLost(listener: (reason: string) => void): void {
    this.#onLost = listener;
  }

  /**
   * Sends a line (newline included) and gives the reply to it. One at a time, or one more that was sent `ahead`: any other call
   * meanwhile is a mistake of ours.
   */
  exchange(line: string, options: ExchangeOptions): Promise<Result<LinkReply, LinkFailure>> {
    if (this.#closedReason !== undefined) return Promise.resolve(fail({ kind: 'closed', reason: this.#closedReason }));
    const under = this.#pending.length;
    if (under > 1 || (under === 1 && options.ahead !== true)) throw new RangeError('an exchange is under way');
    if (under === 0) this.#splitter.reset();
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#missed(), options.timeoutMs);
      this.#pending.push({ sent: line, options, settle, timer, skipped: undefined });
      this.#note('out', line.trimEnd(), options.confidential);
      this.#channel.write(lineBytes(line)).catch((error: unknown) => {
        this.#lost(error instanceof Error ? error.message : String(error));
      });
    });
  }

  /** Waits until nothing has come for `quietMs`, at most `limitMs`, and forgets what did come. */
  async settleDown(quietMs: number, limitMs: number): Promise<void> {
    const start = performance.now();
    this.#lastByteMs = start;
    for (;;) {
      const now = performance.now();
      const wait = Math.min(this.#lastByteMs + quietMs, start + limitMs) - now;
      if (wait <= 0 || this.closed) break;
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(wait)));
    }
    this.#splitter.reset();
    this.#outOfStep = undefined;
  }

  /** Closes the channel; an exchange under way ends as closed. `onLost` is not called. */
  async close(reason = 'closed by us'): Promise<void> {
    if (this.#closedReason === undefined) {
      this.#closedReason = reason;
      this.#finish(fail({ kind: 'closed', reason }));
    }
    await this.#channel.close();
  }

  #receive(bytes: Uint8Array): void {
    this.#lastByteMs = performance.now();
    // A second line in one piece with the reply cannot have been taken for another answer: nothing was asked since.
    let answeredInThisPiece = false;
    for (const line of this.#splitter.push(bytes)) {
      const text = line.kind === 'line' ? line.text : line.head;
      const [pending] = this.#pending;
      if (pending === undefined) {
        this.#note('stray', text, false);
        if (this.#abandoned > 0) this.#abandoned -= 1;
        else if (!answeredInThisPiece && line.kind === 'line' && parseReply(text).ok) {
          this.#outOfStep = { line: printable(text), unsolicited: true };
        }
      } else if (this.#take(pending, text, line.kind === 'overlong')) {
        answeredInThisPiece = true;
      }
    }
  }

  /** Whether the line ended the exchange. */
  #take(pending: Pending, text: string, overlong: boolean): boolean {
    const { options } = pending;
    if (options.expected !== undefined && text.trim() !== options.expected) {
      this.#note('stray', text, false);
      return false;
    }
    const parsed = overlong ? fail(printable(text)) : parseReply(text);
    if (parsed.ok) {
      this.#note('in', text, options.confidential);
      this.#finish(ok({ reply: parsed.value, line: text.trim() }));
      return true;
    }
    this.#note('stray', text, options.confidential);
    pending.skipped = parsed.failure;
    const echo = text.trim().toLowerCase() === pending.sent.trim().toLowerCase();
    // A parenthesis means that this was to be the reply. Banners have none as a rule; one that has costs a repetition, once.
    if (!overlong && (echo || (options.strict !== true && !/[()]/.test(text)))) return false;
    this.doubt(parsed.failure);
    this.#finish(fail({ kind: 'garbage', line: parsed.failure }));
    return true;
  }

  #missed(): void {
    const [pending] = this.#pending;
    if (pending === undefined) return;
    // What is left of a longer wait may be any fraction; it is read by people.
    const waitedMs = Math.round(pending.options.timeoutMs);
    const line = pending.skipped ?? (this.#splitter.pending === '' ? undefined : printable(this.#splitter.pending));
    const failure: LinkFailure = line === undefined ? { kind: 'timeout', waitedMs } : { kind: 'garbage', line };
    const reason = `no answer within ${waitedMs} ms`;
    this.#closedReason = reason;
    this.#finish(fail(failure));
    this.#channel.close().catch(() => undefined);
    this.#onLost?.(reason);
  }

  #lost(reason: string): void {
    if (this.#closedReason !== undefined) return;
    this.#closedReason = reason;
    this.#finish(fail({ kind: 'closed', reason }));
    this.#channel.close().catch(() => undefined);
    this.#onLost?.(reason);
  }

  /** Ends the first exchange under way; when it failed, the one that was sent ahead fails with it. */
  #finish(result: Result<LinkReply, LinkFailure>): void {
    const ended = result.ok ? this.#pending.splice(0, 1) : this.#pending.splice(0);
    this.#abandoned += Math.max(0, ended.length - 1);
    for (const pending of ended) {
      clearTimeout(pending.timer);
      pending.settle(result);
    }
  }

  #note(direction: KitTraceEvent['direction'], line: string, confidential: boolean | undefined): void {
    if (this.#trace === undefined) return;
    const shown = confidential === true ? line.replace(/\(([0-9A-Fa-f]*)\)?/, hideHex) : line;
    this.#trace({ direction, line: printableWhole(shown), atMs: performance.now() });
  }
}

function hideHex(_: string, hex: string): string {
  return `(${hex.length / 2} bytes, not shown)`;
}

function printableWhole(line: string): string {
  return line.replace(/[^\x20-\x7e]/g, '·');
}
