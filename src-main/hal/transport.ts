import type { Result } from '../../src-shared/base/result.ts';
import type { ChannelDescription } from './byte-channel.ts';

/** The name of our own kit host, as the `kit` of a transport has it: rooms above this one know no Kit Protocol. */
export { OUR_KIT } from '../../src-shared/kit/dialect.ts';
export { BUS_STUCK } from '../../src-shared/kit/kit-status.ts';

/**
 * A kit as the device room sees it. Serial, HID, TCP and simulated kits differ in their ByteChannel only;
 * the Kit Protocol and its dialects stop here (kit-protocol.md).
 * One exchange at a time: a second call before the first has settled waits for it.
 */
export interface Transport {
  readonly description: ChannelDescription;
  /** What the kit answered when it was asked; known after open. */
  readonly kit: KitIdentity;
  /** Sends one packet (count..CRC) to the chip at `address` and gives its answer packet (count..CRC), status packets included. */
  talk(address: number, packet: Uint8Array, options: TalkOptions): Promise<Result<Uint8Array, TransportFailure>>;
  /**
   * Talks to one chip of which none needs the answer of another. Where the kit can do it (our own kit host), the next line is on
   * its way while the chip works at the one before; nothing is done after the first packet that the chip did not do with success.
   * `take` is given the answers in order and says whether it wants the next one. False = this kit cannot, nothing was sent.
   */
  talkAhead?(
    address: number,
    packets: readonly Uint8Array[],
    options: TalkOptions,
    take: (answer: Result<Uint8Array, TransportFailure>) => boolean,
  ): Promise<boolean>;
  /** Wakes the chip at `address` (selects it first when another was selected). */
  wake(address: number): Promise<Result<WakeAnswer, TransportFailure>>;
  idle(address: number): Promise<Result<undefined, TransportFailure>>;
  sleep(address: number): Promise<Result<undefined, TransportFailure>>;
  /**
   * Switches the kit's own wake/idle around every talk off or on (`s:a(00)` / `s:a(01)` of legacy kits).
   * `wraps` = this kit always wraps every talk and cannot be told not to (D21, modern).
   */
  setAutoWrap(on: boolean): Promise<Result<'off' | 'on' | 'wraps', TransportFailure>>;
  /** Asks for all eight device indices; the ECC chips among the devices, one entry per address. Empty when no chip is there. Never inside a sequence: legacy kits put every chip to sleep. */
  discover(): Promise<Result<readonly KitDevice[], TransportFailure>>;
  /** Called once when the kit is gone (cable, peer). */
  onClosed(listener: (reason: string) => void): void;
  /** Whether the channel is gone or was closed. */
  readonly closed: boolean;
  close(): Promise<void>;
}

export interface TalkOptions {
  /** Deadline for the whole exchange in ms, after which the channel is no longer trusted and closed (stack.md 2). */
  readonly timeoutMs: number;
  /** Packet and answer hold something secret: a trace shows their lengths only. */
  readonly confidential?: boolean;
}

/** `fixed` = the kit answered by itself, without touching the chip; `chip` = 04 11 33 43 came from the chip; `silent` = `00()` (D21). */
export type WakeAnswer = { readonly from: 'fixed' | 'chip' | 'silent' } | { readonly from: 'self-test-failed' };

/** One entry of the kit's discovery. */
export interface KitDevice {
  readonly index: number;
  /** The kit's word, "ECC108", "ECC508A": never trusted for the part; Info is. */
  readonly name: string;
  readonly bus: string;
  /** 8-bit I2C address. */
  readonly address: number;
}

export type KitDialect = 'legacy' | 'd21' | 'modern';

export interface KitIdentity {
  readonly dialect: KitDialect;
  /** Name from `b:f(00)`, "AT88CK590", "AT88CKECCSIGNER"; empty when the kit does not say. */
  readonly name: string;
  /** "1.0.5"; empty when the kit does not say. */
  readonly version: string;
}

/** Everything that may go wrong between us and the chip's answer. What the chip itself answers is not here. */
export type TransportFailure =
  /** Cable, socket or stick is gone. */
  | { readonly kind: 'closed'; readonly reason: string }
  /** The kit did not answer in time; the transport closed itself. */
  | { readonly kind: 'timeout'; readonly waitedMs: number }
  /** The kit answered, the chip did not (empty talk data, a wake token instead of an answer, F0/E7): nothing is known about what the chip did. */
  | { readonly kind: 'no-answer'; readonly kitStatus: number }
  /** The chip could not be woken; after a talk on a wrapping kit: before the command was sent. */
  | { readonly kind: 'no-wake'; readonly kitStatus: number }
  /** The kit refused the line (C0, C3 …). */
  | { readonly kind: 'kit-refused'; readonly kitStatus: number }
  /** What came is no Kit Protocol, or the answer to another question; `line` is at most 80 printable characters of it. */
  | { readonly kind: 'garbage'; readonly line: string };
